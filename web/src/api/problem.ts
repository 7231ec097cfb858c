import axios from "axios";

/** An error in the server's own words (RFC 9457), or in ours where the server could not be reached. */
export interface Problem {
  /** Stable, such as "/problems/unreadable-video"; "offline" and "unknown" are ours. */
  type: string;
  title: string;
  detail: string;
  status: number;
  request_id?: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Reads a problem from a body: a parsed object or its JSON text. Answers null for anything else. */
export function parseProblem(body: unknown): Problem | null {
  let value = body;
  if (typeof value === "string") {
    try {
      value = JSON.parse(value) as unknown;
    } catch {
      return null;
    }
  }
  if (!isRecord(value) || typeof value.title !== "string") return null;
  return {
    type: typeof value.type === "string" ? value.type : "unknown",
    title: value.title,
    detail: typeof value.detail === "string" ? value.detail : "",
    status: typeof value.status === "number" ? value.status : 0,
    ...(typeof value.request_id === "string" ? { request_id: value.request_id } : {}),
  };
}

/** Whatever was thrown, as a problem. */
export function toProblem(error: unknown): Problem {
  if (axios.isAxiosError(error)) {
    const problem = parseProblem(error.response?.data);
    if (problem) return problem;
    if (!error.response) return { type: "offline", title: "", detail: "", status: 0 };
    return { type: "unknown", title: error.message, detail: "", status: error.response.status };
  }
  const title = error instanceof Error ? error.message : String(error);
  return { type: "unknown", title, detail: "", status: 0 };
}
