/**
 * The page's whole look. Colours reach AA on their background in both schemes, and never say alone what they say; bars
 * place themselves from `--a` and `--b`, seconds that the time line's `--from` and `--span` turn into a part of the width.
 */
export const style = `
:root{color-scheme:light dark;--ink:#1d232b;--paper:#faf9f6;--card:#fff;--soft:#57606b;--line:#dedbd3;--pass:#146a3d;--fail:#b3201f;--invalid:#805000;
--phase:#5a6880;--fault:#b04e12;--suite:#1c6a86;--other:#9aa3af;--warning:#b87700;--on:#fff;--shade:#b04e1222;--band:#1c6a8626}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#14171b;--card:#1b1f25;--soft:#a5aeb9;--line:#353c46;--pass:#5fd497;--fail:#ff9189;--invalid:#ecbb52;
--phase:#9aa9c0;--fault:#f09a5e;--suite:#6fc1dd;--other:#6d7683;--warning:#d9a032;--on:#14171b;--shade:#f09a5e2b;--band:#6fc1dd33}}
*{box-sizing:border-box}html{scroll-padding-top:3.2rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:1.2rem 1.2rem 4rem;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1,h2,h3,p,ul,dl,dd,pre{margin:0}h2{font-size:1.3rem;line-height:1.25;margin:2.6rem 0 .7rem}h3{font-size:1.02rem;margin:1.4rem 0 .3rem}h2.minor{font-size:.95rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}ul{padding-left:1.2rem}a{color:inherit;text-decoration-color:var(--other);text-underline-offset:.18em}a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--suite);outline-offset:2px;border-radius:3px}
.soft,small{color:var(--soft)}small{font-size:.82em}.soft{font-size:.9rem}.small{font-size:.8rem;margin:.1rem 0 .4rem}.good{color:var(--pass)}.bad{color:var(--fail)}.unsure{color:var(--invalid)}
code,pre,.log,.hashes dd{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{white-space:pre-wrap;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;max-height:26rem;overflow:auto}
.top{background:var(--card);border:1px solid var(--line);border-top:6px solid var(--tone);border-radius:8px;padding:1rem 1.3rem 1.2rem}
.top.pass{--tone:var(--pass)}.top.fail{--tone:var(--fail)}.top.invalid{--tone:var(--invalid)}
h1{font-size:2.5rem;line-height:1.15;letter-spacing:-.02em;color:var(--tone)}
.sign{display:inline-block;min-width:1.15em;height:1.15em;line-height:1.15em;text-align:center;border-radius:50%;background:var(--tone);color:var(--on);font-size:.62em;vertical-align:.22em;margin-right:.1em}
.meaning{font-size:1.1rem;max-width:46rem}.why{margin:.7rem 0;padding-left:1.1rem;border-left:3px solid var(--tone);list-style:none}.why li{margin:.3rem 0}
.gaps{margin:.8rem 0;padding:.3rem .9rem .6rem;border:2px dashed var(--invalid);border-radius:6px}.gaps b{color:var(--invalid)}.gaps li{margin:.15rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr));gap:.6rem;padding:0;margin:1.1rem 0;list-style:none}
.tiles a{display:block;height:100%;padding:.5rem .7rem;border:1px solid var(--line);border-radius:6px;text-decoration:none;background:var(--paper)}.tiles a:hover{border-color:var(--soft)}
.tiles span,.facts dt{display:block;font-size:.78rem;color:var(--soft)}.tiles b{display:block;font-size:1.2rem;line-height:1.3}.tiles small{display:block;line-height:1.3}
.facts{display:flex;flex-wrap:wrap;gap:.35rem 1.7rem}.facts dd{font-variant-numeric:tabular-nums}
.command span{display:inline-block;max-width:100%}.command{border-left:3px solid var(--suite);white-space:pre-wrap}
nav{position:sticky;top:0;z-index:20;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;white-space:nowrap;margin:.8rem -1.2rem 0;padding:.55rem 1.2rem;background:var(--paper);border-bottom:1px solid var(--line);font-size:.9rem}
details{margin:.35rem 0;border:1px solid var(--line);border-radius:6px;background:var(--card)}summary{cursor:pointer;padding:.4rem .8rem}details[open]>summary{border-bottom:1px solid var(--line)}details>:not(summary){margin:.5rem .8rem}details>table{width:calc(100% - 1.6rem)}.took{white-space:nowrap}.short{white-space:nowrap}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{font-size:.8rem;color:var(--soft)}tfoot th,tfoot td{font-weight:600;border:0}.number{font-variant-numeric:tabular-nums;white-space:nowrap}
.tests{table-layout:fixed}.tests th+th{width:9.5rem}.tests tr:has(+.message)>*{border-bottom:0}.message td{padding-top:0}
.spent{max-width:46rem}.spent th{width:9rem}.spent td.number{width:7rem}.part i{display:block;height:.8rem;margin-top:.3rem;min-width:1px;background:var(--phase);border-radius:2px}
.card{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:.2rem 1rem .7rem;margin:.8rem 0}.card h3{margin:.6rem 0 .3rem}.card details{background:var(--paper)}
.receipts{list-style:none;padding:0}.receipts li{display:grid;grid-template-columns:minmax(0,11rem) minmax(0,1fr) minmax(0,10rem) minmax(0,11rem);gap:.3rem 1rem;padding:.5rem 0;border-top:1px solid var(--line)}.receipts li:first-child{border:0}.proof,.receipts .number small{display:block;line-height:1.35}
.thirds{display:grid;grid-template-columns:repeat(3,1fr);font-size:.8rem;font-variant-numeric:tabular-nums}.thirds span{padding-right:.3rem}.thirds small{display:block}p.thirds{margin:.1rem 0 0}
.plot{display:block;width:100%;height:2.75rem}.plot.targets{height:3.4rem;margin:.5rem 0 0}.plot path{fill:none;vector-effect:non-scaling-stroke;stroke-width:1}
.plot .rule{stroke:var(--line)}.plot .band{fill:var(--band)}.plot .asked{stroke:var(--suite);stroke-dasharray:4 3}.plot .dot{stroke:var(--soft);stroke-width:3;stroke-linecap:round}.plot .dot.in{stroke:var(--fault)}.plot .dot.single,.plot.targets .dot{stroke-width:6}.plot.many .dot.in{stroke-width:2}.plot .dot.off{stroke:var(--fail);stroke-width:9}.plot .whisker{stroke:var(--fault);stroke-width:2}
.record{display:grid;grid-template-columns:minmax(0,8rem) minmax(0,1fr);gap:.15rem 1rem;font-size:.9rem}.record dt{color:var(--soft)}.record pre{padding:.3rem .5rem;max-height:14rem}.hashes,.remains{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1.2rem}.hashes dt,.remains dt{color:var(--soft)}.remains ul{list-style:none;padding:0}.files{columns:22rem;font-size:.88rem}
.log{padding:0;overflow:hidden}.log p{margin:0;padding:.06rem .2rem .06rem 5.9em;text-indent:-5.2em;border-bottom:1px solid transparent}.log i{display:inline-block;width:5.2em;text-indent:0;font-style:normal;color:var(--soft)}.log u{text-decoration:none;color:var(--soft)}.log u::after{content:":"}
.log b{margin-right:.4em}.log .error{color:var(--fail)}.log .warning{color:var(--invalid)}.log .act{font-weight:600;color:var(--fault)}.log .gap{color:var(--soft);font-style:italic;text-indent:0}
.log .error,.log .warning{background:linear-gradient(90deg,currentColor 3px,transparent 3px)}
.time>input{position:absolute;opacity:0}.time>label{display:inline-block;margin:0 .35rem .4rem 0;padding:.15rem .75rem;border:1px solid var(--line);border-radius:1rem;font-size:.88rem;cursor:pointer;background:var(--card)}
.time>input:checked+label{background:var(--ink);color:var(--paper);border-color:var(--ink)}.time>input:focus-visible+label{outline:2px solid var(--suite);outline-offset:2px}
.lanes{position:relative;isolation:isolate;--names:11.5rem;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.4rem .8rem .6rem;font-size:.84rem;line-height:1.25rem}
.lane{position:relative;display:grid;grid-template-columns:var(--names) minmax(0,1fr);align-items:center;padding:1px 0}.lane .name{padding-right:.6rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.lane .name a{text-decoration:none}.lane .name a:hover{text-decoration:underline}
.faults+.suites,.phases+.faults,.phases+.suites,.suites+.nodes,.phases+.nodes,.faults+.nodes,.suites+.invariants,.faults+.invariants,.phases+.invariants,.invariants+.nodes{margin-top:.45rem}
.track,.axis{display:grid;grid-template-columns:minmax(0,1fr);overflow:hidden;align-items:center;min-height:1.35rem}.axis{margin-left:var(--names);color:var(--soft);font-size:.76rem}
.track>i,.axis>i{grid-area:1/1;justify-self:start;margin-left:calc((var(--a) - var(--from))*100%/var(--span));font-style:normal}
.axis>i{padding-left:.25rem;white-space:nowrap}.axis>i::before{content:"";position:absolute;z-index:-1;top:0;bottom:0;margin-left:-.25rem;border-left:1px solid var(--line)}
.track>i{width:calc((var(--b) - var(--a))*100%/var(--span));min-width:3px;height:1.15rem}
.track>.phase{background:var(--phase);color:var(--on);border-right:1px solid var(--card);overflow:hidden;white-space:nowrap;font-size:.76rem;padding-left:max(.3rem,calc((var(--from) - var(--a))*100%/var(--span) + .3rem))}.phase{container-type:inline-size}.phase>s{text-decoration:none}@container(max-width:2.4rem){.phase>s{display:none}}.track>.broken{background:repeating-linear-gradient(135deg,var(--fail) 0 8px,var(--phase) 8px 12px)}
.planned{border:1.5px dashed var(--fault);border-radius:2px}.track>.fault{height:.7rem;background:var(--fault);border-radius:2px}.track>.fault.open{background:repeating-linear-gradient(90deg,var(--fault) 0 9px,transparent 9px 12px)}
.track>.held,.key.held{height:.45rem;background:var(--pass);border-radius:2px}.track>.excused,.key.excused{height:.7rem;background:repeating-linear-gradient(135deg,var(--invalid) 0 5px,var(--card) 5px 9px);border:1px solid var(--invalid);border-radius:2px}.track>.violated,.key.violated{height:1.15rem;background:var(--fail);border-radius:2px;min-width:6px}.key.held{height:.45rem}.key.violated{height:.7rem}.shade,.key.shade{background:var(--shade)}.track>.shade{height:1.35rem}
.track>.suite{display:flex;overflow:hidden;border:1px solid var(--suite);border-radius:2px}.suite>i{flex:0 1 0;min-width:4px;background:var(--suite);border-right:1px solid var(--card);color:var(--on);overflow:hidden;text-align:center;font-style:normal;font-size:.75rem}.suite>i:last-child{border:0}.suite>.rest{background:var(--band);min-width:0}.suite>.skipped{background:var(--other)}.suite>.failed{background:var(--fail);min-width:15px}.track>.suite.bad{border-color:var(--fail);border-width:2px}.track>.suite.open{border-style:dashed}
.track>.entry,.key.entry{padding:0;border-right:1px solid var(--card)}.track>.entry{align-self:end;background:var(--other);height:.3rem}.track>.entry.warning,.key.warning{background:var(--warning)}.track>.entry.warning{height:.7rem}.track>.entry.error,.key.error{background:var(--fail)}.track>.entry.error{height:1.15rem}.key.other{background:var(--other)}
.track>.mark{width:1rem;min-width:1rem;height:1.25rem;margin-left:calc((var(--a) - var(--from))*100%/var(--span) - .5rem);text-align:center;font-size:.72rem;line-height:1.25rem;color:var(--soft);background:radial-gradient(circle,var(--card) 36%,transparent 42%)}.track>.mark.good{color:var(--pass)}.track>.mark.bad{color:var(--fail);font-size:.85rem}
.track i>b{display:none;position:absolute;z-index:9;top:100%;left:0;right:0;margin:0 auto;width:fit-content;max-width:100%;padding:.35rem .6rem;background:var(--ink);color:var(--paper);border-radius:5px;font-weight:400;font-size:.8rem;text-align:left;white-space:pre-line;text-indent:0;pointer-events:none}
.track i:hover>b,.track i:focus>b{display:block}.lanes:has(i:hover) i:focus:not(:hover)>b{display:none}.track i:focus{outline:2px solid var(--ink);outline-offset:-2px}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem}.key{display:inline-block;width:1.5rem;height:.7rem;border-radius:2px}.key.fault{background:var(--fault)}
@media(max-width:44rem){.receipts li{grid-template-columns:minmax(0,1fr)}.proof,.receipts .number small{display:inline-block;margin-right:.6rem;font-size:.85rem}.number{white-space:normal}body{padding:.6rem .7rem 3rem}html{scroll-padding-top:.6rem}nav{position:static;margin:.6rem -.7rem 0;padding:.55rem .7rem}.top{padding:.8rem .9rem 1rem}h1{font-size:2.1rem}.lanes{--names:0rem;padding:.4rem .5rem .6rem}.lane{display:block;padding:0 0 .25rem}.lane .name{font-size:.76rem;color:var(--soft)}.tiles{grid-template-columns:1fr 1fr}.tests th+th{width:5.8rem}.facts{gap:.35rem 1.2rem}.card{padding:.1rem .7rem .6rem}.log p{padding-left:.7em;text-indent:0}.log i{width:auto;margin-right:.6em}.hashes,.remains{grid-template-columns:1fr}.spent td.part{min-width:5rem}}
@media print{nav,.time>label,.track i>b{display:none!important}body{max-width:none;padding:0;font-size:11pt}.lanes,.card,.top,details,tr,svg{break-inside:avoid}pre{max-height:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
