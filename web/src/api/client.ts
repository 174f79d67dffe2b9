/* How the app speaks to the server: JSON over HTTP, errors as problem+json. Nobody else calls fetch. */

import { RowReader } from "./rows";
import type { Problem, Table } from "./types";

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly at?: string,
    readonly requestId?: string,
    /** Set where the server only asks for patience: how long, in milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** No answer at all: the server is stopped, or not to be reached. */
export class ServerGone extends Error {}

/** What a proxy says when nobody is behind it. */
const GONE = new Set([502, 504]);

async function failure(response: Response): Promise<Error> {
  const problem: Problem | null = await response.json().catch(() => null);
  if (!problem?.code) {
    return GONE.has(response.status) ? new ServerGone() : new ApiError(response.statusText, response.status, "unknown");
  }
  const isBusy = response.status === 429 || response.status === 503;
  const wait = isBusy ? 1000 * (Number(response.headers.get("Retry-After")) || 1) : undefined;
  return new ApiError(problem.detail, response.status, problem.code, problem.at, problem.request_id, wait);
}

/** A result whose end failed after its first rows had left says so in its last member. */
function whole<T>(body: Partial<Table> & { error?: Problem & { message: string } }): T {
  if (body.error && body.columns) throw new ApiError(body.error.message, 500, body.error.code, body.error.at);
  return body as T;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ServerGone();
  }
  if (!response.ok) throw await failure(response);
  return response;
}

function withArgs(path: string, args: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) if (value !== undefined) search.set(name, value);
  return search.size ? `${path}?${search}` : path;
}

export async function get<T>(path: string, args: Record<string, string | undefined>, signal?: AbortSignal): Promise<T> {
  return whole(await (await send(withArgs(path, args), { signal })).json());
}

function posted(args: object, accept: string, signal?: AbortSignal): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify(args),
    signal,
  };
}

export async function post<T>(path: string, args: object, signal?: AbortSignal): Promise<T> {
  return whole(await (await send(path, posted(args, "application/json", signal))).json());
}

/** How often rows are handed on that are there before the answer is whole. What is whole sooner is not handed on in parts. */
const PARTS_MS = 250;

/** The same, which hands on what there is of it while its rows come. */
export async function postForRows<T extends Table>(
  path: string,
  args: object,
  onPart: (part: T) => void,
  signal: AbortSignal,
): Promise<T> {
  const response = await send(path, posted(args, "application/json", signal));
  const bytes = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const rows = new RowReader();
  let nShown = 0;
  const tell = () => {
    if (!rows.head || rows.rows.length === nShown) return;
    nShown = rows.rows.length;
    onPart({ ...rows.head, rows: rows.rows.slice() } as T);
  };
  const timer = setInterval(tell, PARTS_MS);
  try {
    for (let piece = await bytes.read(); !piece.done; piece = await bytes.read())
      rows.feed(decoder.decode(piece.value, { stream: true }));
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ServerGone();
  } finally {
    clearInterval(timer);
  }
  return whole(rows.end() as T);
}

export async function postForFile(path: string, args: object): Promise<Blob> {
  return (await send(path, posted(args, "text/csv"))).blob();
}

export async function cancelJob(id: string): Promise<void> {
  await send(`jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
}
