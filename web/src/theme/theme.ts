import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const spark: MantineColorsTuple = [
  '#fff2e8',
  '#ffe2cd',
  '#ffc49c',
  '#ffa266',
  '#ff8a3d',
  '#f77423',
  '#d9580f',
  '#b8470a',
  '#93390a',
  '#742f0d',
];
/** From text to paper, of the dark scheme. */
const dark: MantineColorsTuple = [
  '#edeae3',
  '#c9c8c4',
  '#a8a9ab',
  '#7f8389',
  '#4a4f57',
  '#343942',
  '#272b33',
  '#1a1d23',
  '#14161b',
  '#101216',
];

export const theme = createTheme({
  primaryColor: 'spark',
  primaryShade: 7,
  colors: { spark, dark },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace",
  headings: { fontWeight: '680' },
});

/** What Mantine has no name for. */
export const ownVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f3ee',
    '--mantine-color-text': '#16181d',
    '--mantine-color-dimmed': '#5b6068',
    '--mantine-color-error': '#b3191f',
    '--ft-surface': '#ffffff',
    '--ft-line': '#e2ded4',
    '--ft-sunken': '#ece9e1',
    '--ft-accent-text': '#a83f08',
    '--ft-good': '#12703a',
    '--ft-good-soft': '#e2f3e8',
    '--ft-warn': '#865300',
    '--ft-warn-soft': '#fdf0d5',
    '--ft-bad': '#b3191f',
    '--ft-bad-soft': '#fdeaea',
    '--ft-shadow': '0 1px 2px rgb(22 24 29 / 5%), 0 4px 14px rgb(22 24 29 / 4%)',
  },
  dark: {
    '--mantine-color-body': '#101216',
    '--mantine-color-text': '#edeae3',
    '--mantine-color-dimmed': '#a8a9ab',
    '--mantine-color-error': '#ff8583',
    '--ft-surface': '#1a1d23',
    '--ft-line': '#2d323a',
    '--ft-sunken': '#23272e',
    '--ft-accent-text': '#ff9a57',
    '--ft-good': '#5dd28e',
    '--ft-good-soft': '#16301f',
    '--ft-warn': '#f0b849',
    '--ft-warn-soft': '#362a12',
    '--ft-bad': '#ff8583',
    '--ft-bad-soft': '#3a1b1d',
    '--ft-shadow': 'none',
  },
});
