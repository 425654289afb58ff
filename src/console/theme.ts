import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { common } from './texts/common.ts';

const NAMED_CLOSE = { closeButtonProps: { 'aria-label': common.close } };

const blue: MantineColorsTuple = [
  '#edf4ff',
  '#dbe7fb',
  '#b4cdf6',
  '#8ab1f1',
  '#6699ed',
  '#4f8aeb',
  '#437feb',
  '#2f6cd2',
  '#2560bc',
  '#0f53a6',
];

/** System fonts: the console loads nothing from elsewhere. Colors have the contrast that WCAG 2.2 AA asks for. */
export const theme = createTheme({
  colors: { brand: blue },
  primaryColor: 'brand',
  primaryShade: 8,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '600' },
  components: {
    Modal: { defaultProps: NAMED_CLOSE },
    Notification: { defaultProps: NAMED_CLOSE },
    // On narrow screens they are scrolled, not stacked.
    Tabs: { styles: { list: { flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' } } },
  },
});

/** Where Mantine's own colors have too little contrast, and the colors of the console's frame. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b636d',
    '--mantine-color-placeholder': '#69717b',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--line': 'var(--mantine-color-gray-3)',
    '--surface': '#fff',
    '--ground': '#f6f7f9',
  },
  dark: {
    '--mantine-color-dimmed': '#a3a9b2',
    '--mantine-color-placeholder': '#9aa0a8',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--line': 'var(--mantine-color-dark-4)',
    '--surface': 'var(--mantine-color-dark-6)',
    '--ground': 'var(--mantine-color-dark-7)',
  },
});
