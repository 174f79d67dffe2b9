/* How the app speaks to the server: JSON over HTTP, errors as problem+json. Nobody else calls fetch. */

import type { Problem } from "./types";

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
async function whole<T>(response: Response): Promise<T> {
  const body = await response.json();
  if (body.error && body.columns) throw new ApiError(body.error.message, 500, body.error.code, body.error.at);
  return body;
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
  return whole(await send(withArgs(path, args), { signal }));
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
  return whole(await send(path, posted(args, "application/json", signal)));
}

export async function postForFile(path: string, args: object): Promise<Blob> {
  return (await send(path, posted(args, "text/csv"))).blob();
}

export async function cancelJob(id: string): Promise<void> {
  await send(`jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
}
