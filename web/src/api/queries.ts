/* The server's operations as TanStack queries. All that reads a project's data has its name in the key's second place, where
   app/live.ts finds it when the data has changed. */
import { keepPreviousData, type QueryFunctionContext, queryOptions, useMutation } from "@tanstack/react-query";
import { get, post, postForFile, postForRows } from "./client";
import type {
  Answer,
  Explanation,
  Model,
  Projects,
  QueryResult,
  Questions,
  SemanticQuery,
  Status,
  Table,
} from "./types";

export const dataKey = (project: string, ...rest: unknown[]) => ["data", project, ...rest];

export const statusQuery = () =>
  queryOptions({ queryKey: ["status"], queryFn: ({ signal }) => get<Status>("status", {}, signal) });

export const projectsQuery = () =>
  queryOptions({ queryKey: ["projects"], queryFn: ({ signal }) => get<Projects>("projects", {}, signal) });

export const modelQuery = (project: string) =>
  queryOptions({
    queryKey: ["model", project],
    queryFn: ({ signal }) => get<Model>("model", { project }, signal),
    enabled: project !== "",
  });

export const suggestionsQuery = (project: string) =>
  queryOptions({
    queryKey: ["questions", project],
    queryFn: ({ signal }) => get<Questions>("questions", { project }, signal),
    staleTime: 0, // each question asked is one more of them
    enabled: project !== "",
  });

export const runsQuery = (project: string) =>
  queryOptions({
    queryKey: dataKey(project, "runs"),
    queryFn: ({ signal }) => get<{ runs: Table }>("runs", { project, limit: "5" }, signal),
    enabled: project !== "",
  });

/* Rows are shown as they come: until the answer is whole, its part so far stands in the cache under `isPart`. What is shown already
   and only asked again stays as it is until then. */
const streamed =
  <T extends Table>(path: string, args: object) =>
  ({ client, queryKey, signal }: QueryFunctionContext): Promise<T> => {
    const shown = client.getQueryData<T>(queryKey);
    const showPart = (part: T) => client.setQueryData<T>(queryKey, { ...part, isPart: true });
    return postForRows<T>(path, args, shown && !shown.isPart ? () => undefined : showPart, signal);
  };

/* The server keeps no conversation: each question comes with those before it. */
const conversation = (project: string, questions: string[]) => ({
  project,
  question: questions.at(-1) ?? "",
  before: questions.slice(0, -1),
});

/** The answer to the last of `questions`, each of which goes on from those before it. */
export const askQuery = (project: string, questions: string[]) =>
  queryOptions({
    queryKey: dataKey(project, "ask", questions),
    queryFn: streamed<Answer>("ask", conversation(project, questions)),
    structuralSharing: false, // of many rows it costs more than drawing them
    enabled: project !== "" && questions.length > 0,
  });

/** The same with what its words were taken for, and all the readings that were weighed. */
export const askExplainedQuery = (project: string, questions: string[]) =>
  queryOptions({
    queryKey: dataKey(project, "ask explained", questions),
    queryFn: ({ signal }) => post<Answer>("ask", { ...conversation(project, questions), explain: true }, signal),
  });

export const resultQuery = (project: string, query: SemanticQuery | null) =>
  queryOptions({
    queryKey: dataKey(project, "query", query),
    queryFn: streamed<QueryResult>("query", { project, query, sql: true }),
    structuralSharing: false,
    enabled: project !== "" && query !== null,
  });

/** As resultQuery, with what was shown before standing until the new result is there. */
export const liveResultQuery = (project: string, query: SemanticQuery | null) => ({
  ...resultQuery(project, query),
  placeholderData: keepPreviousData,
});

export const explainQuery = (project: string, query: SemanticQuery | null) =>
  queryOptions({
    queryKey: dataKey(project, "explain", query),
    queryFn: ({ signal }) => post<Explanation>("explain", { project, query }, signal),
    enabled: project !== "" && query !== null,
  });

/** The whole result, as the server writes it. */
export const fetchCsv = (project: string, query: SemanticQuery) =>
  postForFile("query", { project, query, format: "csv" });

export type Verdict = "up" | "down" | "none";

/** Keeps a verdict on an answer with its question. */
export function useFeedback(project: string, questions: string[]) {
  return useMutation({
    mutationFn: (verdict: Verdict) => post("feedback", { ...conversation(project, questions), verdict }),
  });
}
