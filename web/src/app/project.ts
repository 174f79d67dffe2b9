/* Which project the page is about: the address says it, else the last one used, else the home's first. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useLocation, useSearchParams } from "wouter";
import { statusQuery } from "../api/queries";

const KEY = "starling-project";

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function useProject(): { project: string; projects: string[] } {
  const [params] = useSearchParams();
  const status = useQuery(statusQuery());
  const projects = status.data?.projects.map((p) => p.name) ?? [];
  const named = params.get("project");
  const last = remembered();
  const project = named ?? (last && projects.includes(last) ? last : (projects[0] ?? ""));
  useEffect(() => {
    if (!project) return;
    try {
      localStorage.setItem(KEY, project);
    } catch {
      // then the next visit begins with the first project
    }
  }, [project]);
  return { project, projects };
}

export type Params = Record<string, string | string[] | undefined>;

export function address(path: string, project: string, params: Params = {}): string {
  const search = new URLSearchParams({ project });
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, one);
  }
  return `${path}?${search}`;
}

/** Goes to a page of the same project. */
export function useGo(): (path: string, params?: Params, options?: { replace?: boolean }) => void {
  const [, navigate] = useLocation();
  const { project } = useProject();
  return useCallback((path, params, options) => navigate(address(path, project, params), options), [navigate, project]);
}
