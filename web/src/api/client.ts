import axios, { type AxiosResponse } from "axios";

import { reachability } from "@/api/reachability";

/** The one HTTP client. It also notices whether the server answers at all. */
export const http = axios.create({ baseURL: "/api", timeout: 30_000 });

http.interceptors.response.use(
  (response: AxiosResponse) => {
    reachability.set(true);
    return response;
  },
  (error: unknown) => {
    if (axios.isAxiosError(error) && !axios.isCancel(error)) {
      const status = error.response?.status;
      reachability.set(status !== undefined && status !== 502 && status !== 504);
    }
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  },
);

/** GET `path` and answer the body. */
export async function get<Body>(path: string, options: { params?: object; signal?: AbortSignal } = {}): Promise<Body> {
  const response = await http.get<Body>(path, options);
  return response.data;
}
