/** The style of the page, for widths from 360 pixels. */
export const STYLE = `
:root { color-scheme: light; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #1d2127; background: #fff; }
main { max-width: 920px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.7em; margin: 0 0 .3em; overflow-wrap: anywhere; }
h2 { font-size: 1.25em; margin: 2em 0 .5em; padding-top: .8em; border-top: 1px solid #d5dae0; overflow-wrap: anywhere; }
h3 { font-size: 1.02em; margin: 1.4em 0 .4em; }
h4 { font-size: .92em; margin: 1em 0 .3em; color: #4b5563; }
li { margin: .3em 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88em; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid #e6e9ed; }
td { min-width: 3.2em; }
td:last-child { min-width: 9em; }
th { font-weight: 600; color: #4b5563; }
figure { margin: 1em 0; }
svg { max-width: 100%; height: auto; display: block; }
.narrow { display: none; }
@media (max-width: 640px) { .wide { display: none; } .narrow { display: block; } }
pre { background: #f5f6f8; padding: 10px 12px; overflow-x: auto; font-size: .84em; border-radius: 4px; }
code { overflow-wrap: anywhere; }
details { margin: .4em 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.added { background: #dff3e4; }
.removed { background: #fbe3e1; }
`;
