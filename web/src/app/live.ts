/* The server's own events: which project's data has changed, and whether the server is there at all. Queries of a project
   are asked again when its data's or model's version moves, and all of them when the server is back. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { dataKey, modelQuery, statusQuery } from "../api/queries";
import type { DataEvent } from "../api/types";

export type Link = "connecting" | "live" | "gone";

const RETRY_MS = [500, 1000, 2000, 3000];

let link: Link = "connecting";
const listeners = new Set<() => void>();

function setLink(next: Link): void {
  if (next === link) return;
  link = next;
  for (const listener of listeners) listener();
}

/** The newest versions heard of, by project: the server tells them at once and then at each change. */
const heard = new Map<string, DataEvent>();

function onData(client: QueryClient, event: MessageEvent<string>): void {
  const now = JSON.parse(event.data) as DataEvent;
  const before = heard.get(now.project);
  heard.set(now.project, now);
  if (!before) return;
  void client.invalidateQueries({ queryKey: statusQuery().queryKey });
  const isNewModel = before.model_version !== now.model_version;
  if (isNewModel) void client.invalidateQueries({ queryKey: modelQuery(now.project).queryKey });
  if (isNewModel || before.data_version !== now.data_version)
    void client.invalidateQueries({ queryKey: dataKey(now.project) });
}

/** Listens until the page is left. */
export function startLive(client: QueryClient): void {
  let failures = 0;
  const open = () => {
    const source = new EventSource("/api/v1/events");
    source.onopen = () => {
      if (failures > 0) void client.invalidateQueries();
      failures = 0;
      setLink("live");
    };
    source.addEventListener("data", (event) => onData(client, event));
    source.onerror = () => {
      source.close();
      failures++;
      setLink("gone");
      setTimeout(open, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
    };
  };
  open();
}

export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => link,
  );
}
