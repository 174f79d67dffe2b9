import { useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Route, Switch, useLocation } from "wouter";
import { modelQuery, statusQuery } from "../api/queries";
import { setLocale } from "../format/format";
import { HomePage } from "../home/HomePage";
import { PageSkeleton, StateCard, stateOfError } from "../ui/State";
import { applyAccent } from "./accent";
import { Boundary } from "./Boundary";
import { useProject } from "./project";
import { Shell } from "./Shell";

/** A page whose code is fetched apart. Fetched, it is given at once and not by a promise, for which React would
    show the skeleton, and having shown it keep it for 300 ms. */
function lazyPage<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let loaded: { default: ComponentType<Props> } | undefined;
  const fetchPage = () => load().then((page) => (loaded = page));
  // biome-ignore lint/suspicious/noThenProperty: what `lazy` takes is a promise, or this that answers within the call
  const atOnce = { then: (give: (page: typeof loaded) => void) => give(loaded) } as ReturnType<typeof load>;
  return { fetchPage, Page: lazy(() => (loaded ? atOnce : fetchPage())) };
}

const { fetchPage: fetchAsk, Page: AskPage } = lazyPage(() => import("../ask/AskPage"));
const { fetchPage: fetchExplore, Page: ExplorePage } = lazyPage(() => import("../explore/ExplorePage"));

/** Fetches the pages' code before it is needed: this page's at once, the others' when there is nothing else to do. */
export function preloadPages(): void {
  const path = window.location.pathname;
  if (path === "/ask") void fetchAsk().catch(() => undefined);
  if (path === "/explore") void fetchExplore().catch(() => undefined);
  setTimeout(
    () => void Promise.all([fetchAsk(), fetchExplore(), import("../charts/echarts")]).catch(() => undefined),
    2000,
  );
}

function useAppearance(title: string | undefined, color: string | undefined): void {
  const isDark = useComputedColorScheme("light") === "dark";
  useEffect(() => applyAccent(color, isDark), [color, isDark]);
  useEffect(() => {
    document.title = title ? `${title} · Starling` : "Starling";
  }, [title]);
}

function Pages() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const { project } = useProject();
  const model = useQuery(modelQuery(project));
  setLocale(model.data?.ui?.number_locale); // before anything of the project is drawn
  useAppearance(model.data?.ui?.title ?? model.data?.title, model.data?.ui?.color);
  if (model.error && !model.data) return <StateCard {...stateOfError(model.error)} onRetry={() => model.refetch()} />;
  if (!model.data) return <PageSkeleton />;
  return (
    <Boundary key={location}>
      <Suspense fallback={<PageSkeleton />}>
        <Switch>
          <Route path="/">
            <HomePage key={project} project={project} model={model.data} />
          </Route>
          <Route path="/ask">
            <AskPage key={project} project={project} model={model.data} />
          </Route>
          <Route path="/explore">
            <ExplorePage key={project} project={project} model={model.data} />
          </Route>
          <Route>
            <StateCard kind="empty" title={t("state.noPage.title")} text={t("state.noPage.text")} />
          </Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}

export function App() {
  const { t } = useTranslation();
  const status = useQuery(statusQuery());
  const { project, projects } = useProject();
  const isEmptyHome = status.data !== undefined && projects.length === 0 && project === "";
  let page = <PageSkeleton />;
  if (status.error && !status.data)
    page = <StateCard {...stateOfError(status.error)} onRetry={() => status.refetch()} />;
  else if (isEmptyHome)
    page = <StateCard kind="empty" title={t("state.noProject.title")} text={t("state.noProject.text")} />;
  else if (project) page = <Pages />;
  return <Shell>{page}</Shell>;
}
