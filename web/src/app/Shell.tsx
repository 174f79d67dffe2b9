import { ActionIcon, Select, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { projectsQuery, statusQuery } from "../api/queries";
import { formatAgo } from "../format/format";
import { IconCompass, IconHome, IconMoon, IconPlugOff, IconSparkles, IconSun } from "../ui/icons";
import { useNow } from "../ui/now";
import { useLink } from "./live";
import { address, useProject } from "./project";
import css from "./Shell.module.css";

const PAGES = [
  { path: "/", name: "home", Icon: IconHome },
  { path: "/ask", name: "ask", Icon: IconSparkles },
  { path: "/explore", name: "explore", Icon: IconCompass },
] as const;

function Mark() {
  return (
    <svg className={css.mark} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 21.500c6.500.7 9.500-1.700 11.900-6.200C16.900 11.400 19.400 9 23.200 9l4.300 2.200-4 1.300C22.900 20 18 24.300 11.300 24.300c-3.200 0-6.200-.9-8.300-2.800z" />
    </svg>
  );
}

/** Of the project's pack; the program's own where that has no logo, or none that can be shown. */
function Brand() {
  const { project } = useProject();
  const { data } = useQuery(projectsQuery());
  const [broken, setBroken] = useState("");
  const one = data?.projects.find((p) => p.name === project);
  if (one?.ui.logo && broken !== project)
    return (
      <span className={css.brand}>
        <img
          className={css.logo}
          src={`/api/v1/projects/${encodeURIComponent(project)}/logo`}
          alt={one.ui.title ?? one.title}
          onError={() => setBroken(project)}
        />
      </span>
    );
  return (
    <span className={css.brand}>
      <Mark />
      <span className={css.word}>Starling</span>
    </span>
  );
}

function ProjectChoice() {
  const { t } = useTranslation();
  const [location, navigate] = useLocation();
  const { project, projects } = useProject();
  const { data } = useQuery(projectsQuery());
  const titles = new Map(data?.projects.map((p) => [p.name, p.ui.title ?? p.title]));
  const isUnclear = new Set(titles.values()).size < titles.size;
  const titleOf = (name: string) =>
    isUnclear && titles.has(name) ? `${titles.get(name)} (${name})` : (titles.get(name) ?? name);
  if (projects.length < 2) return <p className={css.project}>{titleOf(project)}</p>;
  return (
    <Select
      className={css.projects}
      aria-label={t("shell.project")}
      data={projects.map((name) => ({ value: name, label: titleOf(name) }))}
      value={project}
      allowDeselect={false}
      checkIconPosition="right"
      onChange={(next) => next && navigate(address(location, next))}
    />
  );
}

function Freshness() {
  const { t } = useTranslation();
  const link = useLink();
  const { project } = useProject();
  const { data, dataUpdatedAt } = useQuery(statusQuery());
  const now = useNow(10_000);
  const one = data?.projects.find((p) => p.name === project);
  if (link === "gone")
    return (
      <p className={css.fresh} data-state="gone">
        {t("shell.gone")}
      </p>
    );
  if (!one) return <p className={css.fresh} />;
  const age = one.data_age_s === undefined ? null : one.data_age_s + Math.max(0, (now - dataUpdatedAt) / 1000);
  return (
    <p className={css.fresh} data-state={one.problem ? "behind" : link} title={one.problem}>
      {one.problem ? t("shell.behind") : age === null ? t("shell.noData") : t("shell.fresh", { ago: formatAgo(age) })}
    </p>
  );
}

function SchemeSwitch() {
  const { t } = useTranslation();
  // Without the provider's transition lock, which is an inline style sheet.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const isDark = useComputedColorScheme("light") === "dark";
  const label = t(isDark ? "shell.light" : "shell.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(isDark ? "light" : "dark")}
      >
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const { project } = useProject();
  return (
    <nav className={css.nav} aria-label={t("shell.nav")}>
      {PAGES.map(({ path, name, Icon }) => (
        <Link
          key={path}
          href={address(path, project)}
          className={css.link}
          aria-current={location === path ? "page" : undefined}
        >
          <Icon size={18} stroke={1.75} aria-hidden="true" />
          {t(`shell.${name}`)}
        </Link>
      ))}
    </nav>
  );
}

/** What stands round every page: where one is, which project, how fresh its data. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const link = useLink();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {t("shell.skip")}
      </a>
      <header className={css.side}>
        <div className={css.top}>
          <Brand />
          <ProjectChoice />
        </div>
        <Navigation />
        <div className={css.foot}>
          <Freshness />
          <SchemeSwitch />
        </div>
      </header>
      <main id="content" className={css.main} tabIndex={-1}>
        {children}
      </main>
      <div className={css.gone} role="status" data-shown={link === "gone" || undefined}>
        {link === "gone" && (
          <>
            <IconPlugOff size={18} aria-hidden="true" />
            {t("shell.goneLong")}
          </>
        )}
      </div>
    </div>
  );
}
