/* "Sync now": a job on the server, whose progress it tells as events. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, post, ServerGone } from "../api/client";
import { dataKey, statusQuery } from "../api/queries";
import type { Job } from "../api/types";

export interface Sync {
  isRunning: boolean;
  /** What it does now, or what it came to. */
  text: string;
  /** From 0 to 1 where it is known. */
  part?: number;
  error: Error | null;
  start: () => void;
}

const IDLE = { isRunning: false, text: "", error: null };

export function useSync(project: string): Sync {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [state, setState] = useState<Omit<Sync, "start">>(IDLE);
  const source = useRef<EventSource | null>(null);
  useEffect(() => () => source.current?.close(), []);

  const follow = useCallback(
    (taken: Job) => {
      const events = new EventSource(`/api/v1/jobs/${encodeURIComponent(taken.id)}/events`);
      source.current = events;
      events.addEventListener("progress", (event) => {
        const { progress } = JSON.parse(event.data) as Job;
        if (!progress) return;
        const part = progress.total > 0 ? progress.done / progress.total : undefined;
        setState({ isRunning: true, text: progress.what, part, error: null });
      });
      events.addEventListener("end", (event) => {
        events.close();
        const { status, error } = JSON.parse(event.data) as Job;
        if (status === "done") setState({ ...IDLE, text: t("data.inStep") });
        else
          setState({
            ...IDLE,
            error: new ApiError(
              error?.detail ?? t("data.stopped"),
              error?.status ?? 500,
              error?.code ?? status,
              error?.at,
            ),
          });
        void client.invalidateQueries({ queryKey: dataKey(project, "runs") });
        void client.invalidateQueries({ queryKey: statusQuery().queryKey });
      });
      events.onerror = () => {
        events.close();
        setState({ ...IDLE, error: new ServerGone() });
      };
    },
    [t, client, project],
  );

  const start = useCallback(() => {
    setState({ isRunning: true, text: t("data.starting"), error: null });
    post<Job>("sync", { project }).then(follow, (error: Error) => setState({ ...IDLE, error }));
  }, [project, follow, t]);

  return { ...state, start };
}
