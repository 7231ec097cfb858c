import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "@/app/app";
import { language } from "@/i18n/i18n";
import { followSystemTheme } from "@/lib/theme";
import "@/index.css";

followSystemTheme();
document.documentElement.lang = language.get();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
