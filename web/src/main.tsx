import "./styles/mantine";
import "./styles/tokens.css";
import "./styles/base.css";
import "./i18n";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, ServerGone } from "./api/client";
import { App, preloadPages } from "./app/App";
import { startLive } from "./app/live";
import { colorScheme, theme } from "./app/theme";

const isBusy = (error: Error): error is ApiError => error instanceof ApiError && error.retryAfterMs !== undefined;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY, // the server says when data has changed: app/live.ts
      networkMode: "always", // the server may be this machine
      refetchOnWindowFocus: false,
      retry: (failures, error) => (error instanceof ServerGone ? failures < 1 : isBusy(error) && failures < 5),
      retryDelay: (_, error) => (isBusy(error) ? error.retryAfterMs : undefined) ?? 400,
    },
    mutations: { networkMode: "always" },
  },
});
startLive(client);
preloadPages();

const root = document.getElementById("root");
if (!root) throw new Error("index.html lacks #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
      // No inline style sheets, which the content policy forbids: the variables come from styles/.
      withCssVariables={false}
      withStaticClasses={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
