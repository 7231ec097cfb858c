import { createStore } from "@/lib/store";

/** Whether the server answered the last time it was asked. */
export const reachability = createStore(true);
