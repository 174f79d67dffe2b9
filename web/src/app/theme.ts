import { createTheme, localStorageColorSchemeManager } from "@mantine/core";

export const colorScheme = localStorageColorSchemeManager({ key: "starling-color-scheme" });

export const theme = createTheme({
  primaryColor: "blue", // stands for the accent: styles/tokens.css
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false, offset: 6 } },
    Menu: { defaultProps: { shadow: "md" } },
    Popover: { defaultProps: { shadow: "md" } },
    // The lock that Mantine puts on the page's scrolling needs an inline style sheet, which the content policy forbids.
    Drawer: { defaultProps: { lockScroll: false } },
  },
});
