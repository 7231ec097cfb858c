import { Languages, Moon, Sun } from "lucide-react";
import { Link, NavLink, useLocation } from "react-router";

import { Button } from "@/components/button";
import { Menu, MenuChoice } from "@/components/menu";
import { UploadIndicator } from "@/features/upload/upload-indicator";
import { LANGUAGES, chooseLanguage, useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { useStore } from "@/lib/store";
import { chooseTheme, theme, type Theme } from "@/lib/theme";

export function Header() {
  const { t } = useI18n();
  const { pathname } = useLocation();
  return (
    <header className="filling:hidden sticky top-0 z-30 border-b bg-canvas/85 backdrop-blur-md">
      <div className="flex h-13 items-center gap-1 px-4 sm:gap-3 sm:px-6">
        <Link to="/" className="flex items-center gap-2 rounded-lg font-semibold tracking-tight">
          <img src="/favicon.svg" alt="" className="size-6" />
          <span className="hidden sm:inline">SAM-MOT</span>
        </Link>
        <nav aria-label={t("app.navigation")} className="ml-2 flex gap-1">
          <Tab to="/">{t("app.videos")}</Tab>
          <Tab to="/jobs">{t("app.jobs")}</Tab>
        </nav>
        <div className="ml-auto flex items-center gap-1">
          {pathname !== "/" && <UploadIndicator />}
          <LanguageMenu />
          <ThemeMenu />
        </div>
      </div>
    </header>
  );
}

function Tab({ to, children }: { to: string; children: string }) {
  return (
    <NavLink
      to={to}
      end
      className={({ isActive }) =>
        cn("rounded-lg px-2.5 py-1 transition-colors hover:bg-sunken", isActive ? "font-medium" : "text-ink-soft")
      }
    >
      {children}
    </NavLink>
  );
}

function LanguageMenu() {
  const { t, language } = useI18n();
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t("app.language")}>
          <Languages size={17} />
        </Button>
      }
    >
      <MenuChoice label={t("app.language")} value={language} options={LANGUAGES} onChange={chooseLanguage} />
    </Menu>
  );
}

const THEMES = ["system", "light", "dark"] as const;

function ThemeMenu() {
  const { t } = useI18n();
  const current = useStore(theme);
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t("app.theme")}>
          <Sun size={17} className="dark:hidden" />
          <Moon size={17} className="hidden dark:block" />
        </Button>
      }
    >
      <MenuChoice<Theme>
        label={t("app.theme")}
        value={current}
        options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={chooseTheme}
      />
    </Menu>
  );
}
