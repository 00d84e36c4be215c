/** The look of a run's page. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; }
td { overflow-wrap: anywhere; } .whole { min-width: 7rem; }
.short { white-space: nowrap; overflow-wrap: normal; }
.bars { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr max-content; gap: .1rem .7rem; font-size: .85rem; }
.bars div { min-width: 0; overflow-wrap: anywhere; } .bar { display: block; height: .8rem; min-width: 2px; margin-top: .3rem; background: #2a6fb0; }
.tool-call { background: #2a9244; } .program-start { background: #b0762a; } .tool-create { background: #8a4fb0; }
.wide { overflow-x: auto; } .wide table { min-width: 46rem; }
pre { background: #8881; padding: .7rem; overflow-x: auto; white-space: pre-wrap; margin: .3rem 0; }
summary { cursor: pointer; color: #2a6fb0; }
.images { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; max-width: 30rem; } img { max-width: 100%; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.added { background: #2a924433; } .removed { background: #b32a2a33; }
svg { width: 100%; height: 8rem; } path { fill: none; stroke: #2a6fb0; stroke-width: 2; vector-effect: non-scaling-stroke; }
`;
