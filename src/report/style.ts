// How a report looks: one style sheet, whose hash stands in the page's policy.

export const style = `
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1d2126;--soft:#59626d;--line:#dfe2e6;--ours:#1f5fbf;--bar:#4a83d6;--theirs:#b3580a;--warn:#8a5a00;--warned:#fff6e0;--hit:31,95,191;--miss:190,60,20}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1c2025;--ink:#e8eaed;--soft:#a5adb7;--line:#353b43;--ours:#7fb0ff;--bar:#3f74c6;--theirs:#f0a35e;--warn:#f2c968;--warned:#2b2617;--hit:110,160,245;--miss:240,120,80}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;font-weight:650;letter-spacing:-.01em}
h2{font-size:1.35rem;margin:3rem 0 .75rem;font-weight:650;letter-spacing:-.01em}
h3{font-size:1.05rem;margin:1.75rem 0 .75rem;font-weight:600}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--ours)}
.soft,footer{color:var(--soft)}
footer{font-size:.875rem;padding-top:2rem;padding-bottom:3rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:1rem 0 0;font-size:.9375rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:1rem 0;padding:0}
.tiles div{background:var(--card);padding:.8rem 1rem}
.tiles dt{font-size:.8125rem;color:var(--soft)}
.tiles dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.3}
.warnings{list-style:none;margin:1rem 0;padding:0}
.warnings li{background:var(--warned);border-left:3px solid var(--warn);border-radius:0 6px 6px 0;padding:.5rem .9rem;margin:.4rem 0;max-width:56rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;align-items:start}
figure{margin:0 0 1rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;min-width:0}
.figures figure{margin:0}
.broad{max-width:max-content}
figcaption{font-size:.9375rem;font-weight:600;margin-bottom:.6rem;line-height:1.35}
svg{display:block;width:100%;max-width:34rem;height:auto;font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
svg text{fill:var(--soft);font-variant-numeric:tabular-nums}
.end{text-anchor:end}.middle{text-anchor:middle}.name{font-size:12px}
.grid{stroke:var(--line);stroke-width:1;fill:none}
.axis{stroke:var(--soft);stroke-width:1;fill:none}
.diagonal{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 4;fill:none}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.line.ours{stroke:var(--ours)}.line.theirs{stroke:var(--theirs);stroke-opacity:.75;stroke-dasharray:5 3}
.dot.ours{fill:var(--ours);stroke:var(--card);stroke-width:1}
.bar.ours{fill:var(--bar)}
.whisker{stroke:var(--ink);stroke-width:1.5}
.points{stroke:var(--ours);stroke-opacity:.55;stroke-width:5;stroke-linecap:round;fill:none}
details{margin-top:.6rem;font-size:.875rem}
summary{cursor:pointer;color:var(--ours);width:max-content;max-width:100%;padding:.2rem 0}
.wide{overflow-x:auto;border-radius:6px}
:focus-visible{outline:2px solid var(--ours);outline-offset:2px}
table{border-collapse:collapse;font-size:.9375rem;min-width:min(100%,20rem)}
details table{font-size:.875rem}
th,td{padding:.35rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400;overflow-wrap:normal}
thead th{color:var(--soft);font-size:.8125rem;font-weight:600;border-bottom-color:var(--soft);vertical-align:bottom}
.number{text-align:right;font-variant-numeric:tabular-nums}td.number{white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
tbody th{font-weight:500}
.because{color:var(--soft)}
.confusion td{text-align:right;font-variant-numeric:tabular-nums;min-width:4.2rem}
.confusion thead th{max-width:9rem;text-align:right}.confusion thead th:first-child{text-align:left}
.confusion b{display:block;font-weight:600}.confusion small{color:var(--ink);font-size:.78rem;white-space:nowrap}
.confusion tfoot>tr>*{color:var(--soft);border-bottom:0;border-top:1px solid var(--soft)}
${Array.from({ length: 10 }, (_, place) => `.hit.shade${place + 1}{background:rgba(var(--hit),${shade(place)})}.miss.shade${place + 1}{background:rgba(var(--miss),${shade(place)})}`).join('\n')}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;white-space:pre-wrap;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:.75rem 0}
.choices{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.3rem 1.25rem;margin:1rem 0}
.choices dt{color:var(--soft)}.choices dd{margin:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:30rem){h1{font-size:1.5rem}main,header,footer{padding-left:1rem;padding-right:1rem}figure{padding:.75rem}th,td{padding:.3rem .5rem}.choices{grid-template-columns:1fr}.choices dd{margin-bottom:.5rem}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--ours:#1f5fbf;--bar:#4a83d6;--theirs:#b3580a;--warn:#8a5a00;--warned:#fff;--hit:31,95,191;--miss:190,60,20}body{font-size:10.5pt}nav,details{display:none}header{padding-top:0}h2{break-after:avoid;margin-top:1.5rem}figure,.warnings li,tr{break-inside:avoid}.figures{grid-template-columns:1fr 1fr}.wide{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`

/** Light enough that the ink above it can be read */
function shade(place: number): string {
  return (0.06 + 0.034 * place).toFixed(3)
}
