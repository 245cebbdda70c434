/**
 * The page's style. Blue and vermilion tell gains from losses for every kind of colour vision, and signs and shapes say
 * it again. `data-theme` on the root overrides the system's choice.
 */
export const STYLE = `
:root{color-scheme:light;--page:#f7f7f5;--surface:#fff;--ink:#171a1f;--faint:#5d6570;--line:#e2e4e7;--strong:#c6cad0;--account:#1c5fb0;--hold:#868d97;--gain:#1466b8;--loss:#c1440e;--entry:#1466b8;--exit:#8a3fa0;--focus:#1c5fb0;--wash:#f0f3f7;--proven:#1466b8;--reconciled:#6aa5da;--empty:#b9c4cf;--unknown:#e0a526;--gap:#c1440e;--up:#4c86b8;--down:#d07f57}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--page:#0f1216;--surface:#161a20;--ink:#e7eaee;--faint:#9aa4b0;--line:#272d35;--strong:#414a55;--account:#6fb1f5;--hold:#8b95a1;--gain:#6fb1f5;--loss:#f08a5d;--entry:#6fb1f5;--exit:#d09be0;--focus:#8cc2ff;--wash:#1c222a;--proven:#4f94dc;--reconciled:#2f5f92;--empty:#47525e;--unknown:#d9a53a;--gap:#f08a5d;--up:#4f8fc9;--down:#cf7d55}}
:root[data-theme=dark]{color-scheme:dark;--page:#0f1216;--surface:#161a20;--ink:#e7eaee;--faint:#9aa4b0;--line:#272d35;--strong:#414a55;--account:#6fb1f5;--hold:#8b95a1;--gain:#6fb1f5;--loss:#f08a5d;--entry:#6fb1f5;--exit:#d09be0;--focus:#8cc2ff;--wash:#1c222a;--proven:#4f94dc;--reconciled:#2f5f92;--empty:#47525e;--unknown:#d9a53a;--gap:#f08a5d;--up:#4f8fc9;--down:#cf7d55}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Inter,Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main,footer{max-width:1240px;margin:0 auto;padding:0 20px}
a{color:inherit}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;z-index:20;background:var(--surface);padding:6px 12px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
nav{position:sticky;top:0;z-index:10;display:flex;align-items:center;gap:20px;padding:9px max(20px,calc((100vw - 1200px)/2));background:color-mix(in srgb,var(--page) 94%,transparent);border-bottom:1px solid var(--line);font-size:13px;backdrop-filter:blur(6px)}
nav a{text-decoration:none;color:var(--faint)}nav a:hover{color:var(--ink)}nav .brand{font-weight:650;color:var(--ink);letter-spacing:.01em}
.links{display:flex;gap:16px;overflow-x:auto;flex:1;scrollbar-width:none}.links::-webkit-scrollbar{display:none}
.theme,.controls button,.pager button{border:1px solid var(--strong);border-radius:4px;padding:2px 10px;font-size:12.5px;line-height:1.6;white-space:nowrap}
.theme:hover,.controls button:hover,.pager button:hover:not(:disabled){background:var(--wash)}
.controls button[aria-pressed=true]{background:var(--ink);color:var(--surface);border-color:var(--ink)}
.verdict{padding:36px 0 10px}
.kicker{margin:0;color:var(--faint);font-size:13px;text-transform:capitalize}
.status.failed{color:var(--loss);font-weight:650}.status.running{color:var(--account);font-weight:650}
h1{margin:2px 0 4px;font-size:32px;line-height:1.2;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:0;font-size:19px;line-height:1.3;font-weight:650;letter-spacing:-.005em}
h3{margin:22px 0 4px;font-size:14px;font-weight:650}
.subject{margin:0;color:var(--faint)}
.sentence{margin:18px 0 0;max-width:46em;font-size:18px;line-height:1.45}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);margin:24px 0 0;border-top:1px solid var(--ink)}
.tile{padding:12px 16px 14px 0;border-bottom:1px solid var(--line);min-width:0}
.tile dt{color:var(--faint);font-size:13px}.tile dd{margin:0}
.tile .value{font-size:25px;line-height:1.35;font-weight:600;letter-spacing:-.01em;white-space:nowrap}
.tile .detail{color:var(--faint);font-size:13px}
.gain{color:var(--gain)}.loss{color:var(--loss)}.faint{color:var(--faint)}
section{margin:26px 0;padding:20px 22px 22px;background:var(--surface);border:1px solid var(--line);border-radius:6px}
.note{margin:4px 0 12px;color:var(--faint);font-size:13.5px;max-width:62em;overflow-wrap:anywhere}
.note strong{color:var(--ink);font-weight:600}
.head{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:baseline;justify-content:space-between}
.controls{display:flex;flex-wrap:wrap;gap:6px}
.alert{margin:18px 0 0;padding:12px 16px;border:1px solid var(--loss);border-left-width:4px;border-radius:4px;background:var(--surface)}
.alert pre{margin:8px 0;white-space:pre-wrap;overflow-wrap:anywhere}
.term{text-align:inherit;border-bottom:1px dotted var(--strong);line-height:1.35;cursor:help}.term:hover{border-bottom-color:var(--ink)}.term.none{border:0}
.tip{position:absolute;z-index:30;max-width:min(320px,calc(100vw - 24px));padding:7px 11px;border-radius:4px;background:var(--ink);color:var(--page);font-size:13px;line-height:1.4;pointer-events:none}
.tip[hidden]{display:none}
.candles{height:460px;margin-top:4px}
.legend{min-height:3.2em;align-content:flex-start;font-size:13px;color:var(--faint);display:flex;flex-wrap:wrap;gap:0 14px}.legend b{font-weight:550;color:var(--ink)}
.legend button{display:inline-flex;align-items:center;gap:6px;color:var(--ink)}.legend button[aria-pressed=false]{opacity:.45;text-decoration:line-through}
.key{display:inline-block;width:12px;height:3px;border-radius:1px;vertical-align:middle}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:24px}.pair>*{min-width:0}.pair h3{margin-top:6px}
.plot{min-height:60px}.uplot{font-family:inherit}.u-legend{text-align:left!important;margin:2px 0 0!important;font-size:13px!important;color:var(--faint)}
.u-legend .u-value{color:var(--ink);min-width:5em}.u-legend th{font-weight:400!important;color:inherit;border:0}.u-legend tr{border:0!important;margin-right:12px!important}.u-legend .u-series>*{padding:1px 4px 1px 0;text-align:left}.u-legend .u-marker{height:3px!important;width:12px!important;border-width:0 0 3px!important}
.u-legend .u-series:first-child .u-marker{display:none}.u-select{background:color-mix(in srgb,var(--account) 14%,transparent)!important}
.u-cursor-x,.u-cursor-y{border-color:var(--hold)!important}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{padding:5px 10px;text-align:right;font-weight:400;white-space:nowrap}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
thead th{color:var(--faint);font-size:12.5px;border-bottom:1px solid var(--strong);vertical-align:bottom}
tbody tr{border-bottom:1px solid var(--line)}tbody tr:last-child{border-bottom:0}
tbody th,.text{text-align:left!important}.rows .wide,.rows td.long{white-space:normal;min-width:14em;overflow-wrap:anywhere}.rows td.long{width:70%}
.rows tbody tr:hover{background:var(--wash)}
.rows th button{font-size:inherit;white-space:nowrap}.rows th button:hover{color:var(--ink)}.rows th[aria-sort] button{color:var(--ink);font-weight:600}
.rows .jump{text-decoration:underline;text-decoration-color:var(--strong);text-underline-offset:3px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:24px 40px;align-items:start}.columns>*{min-width:0}
.figures thead th:first-child{text-align:left;color:var(--ink);font-weight:650;font-size:14px}
.figures td:not(:last-child),.figures th:not(:first-child){padding-left:6px;padding-right:6px}
.months td,.months th{padding:6px 7px;min-width:3.6em}.months tbody th{font-weight:600}.months .total{font-weight:650;border-left:1px solid var(--strong)}.months td.faint{text-align:right}
.pager{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;margin:10px 0 8px;font-size:13px;color:var(--faint)}.pager button{color:var(--ink)}.pager button:disabled{opacity:.4;cursor:default}
.pager input{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--strong);border-radius:4px;padding:3px 9px;width:15em;max-width:100%}
.bar{display:flex;height:14px;border-radius:3px;overflow:hidden;margin:2px 0 12px;background:var(--line)}.bar span{min-width:0}
.swatch{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:8px}
.proven{background:var(--proven)}.reconciled{background:var(--reconciled)}.empty{background:var(--empty)}.unknown{background:var(--unknown)}.gap{background:repeating-linear-gradient(45deg,var(--gap) 0 3px,color-mix(in srgb,var(--gap) 55%,var(--surface)) 3px 6px)}
.pairs{margin:0;font-size:13.5px}.pairs>div{display:flex;gap:16px;justify-content:space-between;padding:5px 0;border-bottom:1px solid var(--line)}.pairs>div:last-child{border:0}.pairs dt{color:var(--faint);flex:none}.pairs dd{margin:0;display:flex;gap:10px;justify-content:flex-end;align-items:baseline;text-align:right;min-width:0;overflow-wrap:anywhere}
code,pre{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.copy{flex:none;color:var(--account);font-size:12.5px}.copy:hover{text-decoration:underline}
footer{padding-bottom:48px;color:var(--faint);font-size:13px}footer pre{white-space:pre-wrap;font-size:11.5px}
@media (max-width:900px){.tiles{grid-template-columns:repeat(2,1fr)}.pair{grid-template-columns:1fr;gap:8px}}
@media (max-width:600px){main,footer{padding:0 14px}nav{gap:14px;padding:9px 14px}section{margin:16px -14px;padding:16px 14px;border-radius:0;border-width:1px 0}.verdict{padding-top:22px}h1{font-size:26px}.sentence{font-size:16.5px}.tile .value{font-size:21px}.tile{padding-right:10px}.candles{height:360px}.legend{min-height:6.2em}.rows .wide{display:none}.columns{grid-template-columns:1fr}}
@media print{nav,.controls,.pager button,.pager input,.copy,.skip,.tip{display:none!important}body{background:#fff;font-size:11pt}main,footer{max-width:none;padding:0}section{border:0;padding:0;margin:18pt 0;break-inside:auto}h2,h3,.head{break-after:avoid}.plot,.candles,tr,.tiles{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}th,td{white-space:normal}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
