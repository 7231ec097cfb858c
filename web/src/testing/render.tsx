import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from "axios";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";

import { http } from "@/api/client";
import { HintProvider } from "@/components/hint";

/** What the server answers: by "METHOD /path", a body, or a function of the request's parameters and body. */
export type Answers = Record<string, unknown>;

export interface Request {
  key: string;
  params: Record<string, string>;
  body: unknown;
}

/** Answers with an error of the server's. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {}
}

/** Puts `answers` in the server's place. Answers the list of requests, which grows. */
export function serve(answers: Answers): Request[] {
  const requests: Request[] = [];
  http.defaults.adapter = (config: InternalAxiosRequestConfig) => {
    const key = `${(config.method ?? "get").toUpperCase()} ${config.url ?? ""}`;
    const body: unknown = typeof config.data === "string" ? JSON.parse(config.data) : null;
    const request = { key, params: (config.params ?? {}) as Record<string, string>, body };
    requests.push(request);
    const found = key in answers ? answers[key] : new Refusal(404, { title: `Nothing answers ${key}.` });
    const answer: unknown = typeof found === "function" ? (found as (request: Request) => unknown)(request) : found;
    const status = answer instanceof Refusal ? answer.status : 200;
    const data: unknown = answer instanceof Refusal ? answer.body : answer;
    const response: AxiosResponse = {
      data,
      status,
      statusText: "",
      headers: {},
      config: { ...config, headers: new AxiosHeaders() },
    };
    if (status < 400) return Promise.resolve(response);
    return Promise.reject(new AxiosError(`status ${status}`, undefined, config, null, response));
  };
  return requests;
}

export function renderPage(content: ReactNode, address = "/"): RenderResult {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <MemoryRouter initialEntries={[address]}>{content}</MemoryRouter>
      </HintProvider>
    </QueryClientProvider>,
  );
}
