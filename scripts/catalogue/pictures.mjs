/**
 * Draws a product's picture: an object of its kind on a soft ground. Colours and pattern come from a
 * hash of the handle, so that a picture stays the same however the catalogue is reordered.
 * The drawings live on a 200 x 200 grid: `a` is the main colour, `b` its shade, `c` its light.
 */
import { createHash } from 'node:crypto'

const motifs = {
  bag: ({ a, b, c }, text) =>
    `<path d="M60 60h80l8 108H52z" fill="${a}"/><path d="M60 60l4-22h72l4 22z" fill="${b}"/><rect x="72" y="92" width="56" height="44" rx="4" fill="${c}"/>${label(text, 100, 121, b)}`,
  box: ({ a, b, c }, text) =>
    `<path d="M46 66h84v100H46z" fill="${a}"/><path d="M130 66l26-18v98l-26 20z" fill="${b}"/><path d="M46 66l26-18h84l-26 18z" fill="${c}"/>${label(text, 88, 124, c)}`,
  tin: ({ a, b, c }, text) =>
    `<rect x="54" y="54" width="92" height="108" fill="${a}"/><ellipse cx="100" cy="162" rx="46" ry="13" fill="${a}"/><ellipse cx="100" cy="54" rx="46" ry="13" fill="${b}"/><ellipse cx="100" cy="50" rx="38" ry="9" fill="${c}"/><rect x="54" y="86" width="92" height="46" fill="${c}"/>${label(text, 100, 117, b)}`,
  jar: ({ a, b, c }, text) =>
    `<rect x="66" y="36" width="68" height="22" rx="5" fill="${b}"/><path d="M62 62h76q14 8 14 26v60q0 18-18 18H66q-18 0-18-18V88q0-18 14-26z" fill="${a}"/><rect x="62" y="96" width="76" height="46" rx="4" fill="${c}"/>${label(text, 100, 127, b)}`,
  bottle: ({ a, b, c }, text) =>
    `<rect x="88" y="24" width="24" height="18" rx="3" fill="${b}"/><path d="M90 42h20v26q20 12 20 34v66q0 8-8 8H78q-8 0-8-8v-66q0-22 20-34z" fill="${a}"/><rect x="70" y="106" width="60" height="42" fill="${c}"/>${label(text, 100, 135, b)}`,
  pump: ({ a, b, c }, text) =>
    `<path d="M96 52V34H76v-8h34v26z" fill="${b}"/><rect x="84" y="52" width="32" height="14" fill="${b}"/><rect x="62" y="66" width="76" height="108" rx="14" fill="${a}"/><rect x="62" y="98" width="76" height="44" fill="${c}"/>${label(text, 100, 128, b)}`,
  bar: ({ a, b, c }, text) =>
    `<g transform="rotate(-14 100 100)"><rect x="58" y="30" width="84" height="140" rx="4" fill="${b}"/><path d="M66 38h30v28H66zM104 38h30v28h-30z" fill="${a}"/><rect x="54" y="74" width="92" height="100" rx="3" fill="${a}"/><rect x="54" y="100" width="92" height="40" fill="${c}"/>${label(text, 100, 128, b)}</g>`,
  mug: ({ a, b, c }) =>
    `<path d="M132 84q34 0 30 30t-36 24" fill="none" stroke="${b}" stroke-width="12"/><path d="M52 62h84v76q0 22-22 22H74q-22 0-22-22z" fill="${a}"/><ellipse cx="94" cy="62" rx="42" ry="11" fill="${c}"/><path d="M52 112h84v14H52z" fill="${c}"/>`,
  teapot: ({ a, b, c }) =>
    `<path d="M148 92q34-4 26 24t-34 26" fill="none" stroke="${b}" stroke-width="10"/><path d="M56 120q-22 0-32-36l12-4q10 16 26 16z" fill="${b}"/><ellipse cx="100" cy="116" rx="54" ry="46" fill="${a}"/><path d="M66 80q34-22 68 0z" fill="${c}"/><circle cx="100" cy="64" r="8" fill="${b}"/>`,
  kettle: ({ a, b, c }) =>
    `<path d="M66 80q0-44 34-44t34 44" fill="none" stroke="${b}" stroke-width="10"/><path d="M66 78h68l22 84H44z" fill="${a}"/><path d="M140 100l36-26-4 18-26 34z" fill="${b}"/><path d="M48 146h104l4 16H44z" fill="${c}"/>`,
  dripper: ({ a, b, c }) =>
    `<path d="M48 44h104l-34 56H82z" fill="${a}"/><rect x="70" y="100" width="60" height="9" rx="3" fill="${b}"/><path d="M74 112h52l16 50q2 10-8 10H66q-10 0-8-10z" fill="${c}" stroke="${b}" stroke-width="4"/><path d="M62 146h76l6 18q0 6-6 6H62q-6 0-6-6z" fill="${b}"/>`,
  grinder: ({ a, b, c }) =>
    `<path d="M100 30h44v10h-44z" fill="${b}"/><circle cx="146" cy="34" r="10" fill="${a}"/><path d="M68 42h64l-8 36H76z" fill="${c}"/><rect x="72" y="78" width="56" height="90" rx="6" fill="${a}"/><rect x="72" y="112" width="56" height="10" fill="${b}"/>`,
  pan: ({ a, b, c }) =>
    `<path d="M124 118l52 44q6 6 0 12t-12 0l-46-48z" fill="${b}"/><circle cx="84" cy="86" r="54" fill="${a}"/><circle cx="84" cy="86" r="42" fill="${b}"/><path d="M58 74q10-20 34-18" fill="none" stroke="${c}" stroke-width="5"/>`,
  casserole: ({ a, b, c }) =>
    `<rect x="26" y="96" width="148" height="14" rx="7" fill="${b}"/><path d="M44 88h112v56q0 20-20 20H64q-20 0-20-20z" fill="${a}"/><path d="M48 82q52-36 104 0z" fill="${c}"/><circle cx="100" cy="58" r="8" fill="${b}"/>`,
  knife: ({ a, b, c }) =>
    `<g transform="rotate(38 100 100)"><path d="M88 18q30 40 26 86H88z" fill="#d5dade" stroke="${b}" stroke-width="3"/><rect x="86" y="104" width="22" height="76" rx="8" fill="${a}"/><circle cx="97" cy="126" r="3" fill="${c}"/><circle cx="97" cy="152" r="3" fill="${c}"/></g>`,
  spoon: ({ a, b, c }) =>
    `<g transform="rotate(28 100 100)"><ellipse cx="100" cy="56" rx="26" ry="36" fill="${a}"/><ellipse cx="100" cy="54" rx="16" ry="25" fill="${c}"/><rect x="94" y="88" width="12" height="92" rx="6" fill="${b}"/></g>`,
  whisk: ({ a, b, c }) =>
    `<g transform="rotate(24 100 100)" fill="none" stroke-width="4"><path d="M100 104q-52-50 0-84q52 34 0 84M100 104q-24-46 0-84q24 38 0 84" stroke="${b}"/><path d="M100 104v72" stroke="${a}" stroke-width="15" stroke-linecap="round"/><path d="M100 130v20" stroke="${c}"/></g>`,
  board: ({ a, b, c }) =>
    `<g transform="rotate(-20 100 100)"><path d="M84 20h32v40h26q8 0 8 8v100q0 8-8 8H58q-8 0-8-8V68q0-8 8-8h26z" fill="${a}"/><circle cx="100" cy="36" r="7" fill="${c}"/><path d="M66 80v80M90 80v80M114 80v80M136 80v80" stroke="${b}" stroke-width="2" opacity=".5"/></g>`,
  plate: ({ a, b, c }) =>
    `<circle cx="100" cy="104" r="68" fill="${b}"/><circle cx="100" cy="100" r="68" fill="${a}"/><circle cx="100" cy="100" r="50" fill="${c}"/><circle cx="100" cy="100" r="44" fill="none" stroke="${a}" stroke-width="3"/>`,
  bowl: ({ a, b, c }) =>
    `<path d="M32 86h136q0 58-46 76H78Q32 144 32 86z" fill="${a}"/><ellipse cx="100" cy="86" rx="68" ry="18" fill="${b}"/><ellipse cx="100" cy="88" rx="56" ry="12" fill="${c}"/>`,
  glass: ({ a, b, c }) =>
    `<path d="M62 36h76l-10 128H72z" fill="${c}" stroke="${b}" stroke-width="4"/><path d="M65 84h70l-7 78H73z" fill="${a}" opacity=".75"/><path d="M76 46l4 60" stroke="#fff" stroke-width="5" opacity=".7"/>`,
  cutlery: ({ a, b, c }) =>
    `<path d="M56 34v34q0 10 8 12v88h10V80q8-2 8-12V34h-6v30h-5V34h-4v30h-5V34z" fill="${a}"/><path d="M104 34q16 14 16 66h-8v68h-8z" fill="${b}"/><ellipse cx="148" cy="58" rx="14" ry="24" fill="${c}" stroke="${a}" stroke-width="4"/><path d="M144 82h8v86h-8z" fill="${a}"/>`,
  candle: ({ a, b, c }, text) =>
    `<path d="M100 26q18 22 0 38q-18-16 0-38z" fill="#f2a93b"/><path d="M99 62h3v20h-3z" fill="${b}"/><rect x="60" y="80" width="80" height="92" rx="8" fill="${a}"/><ellipse cx="100" cy="82" rx="40" ry="9" fill="${c}"/><rect x="74" y="108" width="52" height="40" rx="3" fill="${c}"/>${label(text, 100, 135, b)}`,
  cushion: ({ a, b, c }) =>
    `<path d="M40 48q60 16 120 0q-14 52 0 108q-60-14-120 0q14-56 0-108z" fill="${a}"/><path d="M62 62l76 76M62 138l76-76" stroke="${c}" stroke-width="7"/><circle cx="100" cy="100" r="9" fill="${b}"/>`,
  blanket: ({ a, b, c }) =>
    `<rect x="38" y="54" width="124" height="96" rx="12" fill="${a}"/><path d="M38 78h124v12H38zM38 114h124v12H38z" fill="${c}"/><path d="M46 150v18M66 150v18M86 150v18M106 150v18M126 150v18M150 150v18" stroke="${b}" stroke-width="5"/>`,
  lamp: ({ a, b, c }) =>
    `<path d="M70 34h60l26 62H44z" fill="${a}"/><path d="M48 90h104l4 8H44z" fill="${c}"/><rect x="96" y="98" width="8" height="62" fill="${b}"/><ellipse cx="100" cy="164" rx="36" ry="9" fill="${b}"/>`,
  basket: ({ a, b, c }) =>
    `<path d="M60 86q0-52 40-52t40 52" fill="none" stroke="${b}" stroke-width="8"/><path d="M38 84h124l-16 82H54z" fill="${a}"/><path d="M42 104h116M46 124h108M50 144h100" stroke="${c}" stroke-width="6" stroke-dasharray="10 8"/>`,
  clock: ({ a, b, c }) =>
    `<circle cx="100" cy="100" r="68" fill="${a}"/><circle cx="100" cy="100" r="56" fill="${c}"/><path d="M100 52v10M100 138v10M52 100h10M138 100h10" stroke="${b}" stroke-width="5"/><path d="M100 66v36l24 16" fill="none" stroke="${b}" stroke-width="7" stroke-linecap="round"/>`,
  frame: ({ a, b, c }) =>
    `<rect x="46" y="30" width="108" height="140" fill="${b}"/><rect x="58" y="42" width="84" height="116" fill="${c}"/><circle cx="118" cy="74" r="13" fill="#f2c14e"/><path d="M58 158v-26l30-38 24 30 14-14 16 20v28z" fill="${a}"/>`,
  vase: ({ a, b, c }) =>
    `<path d="M100 76q-10-34-34-44M100 76q2-36 26-50M100 78V30" fill="none" stroke="${b}" stroke-width="4"/><circle cx="64" cy="30" r="12" fill="${c}"/><circle cx="128" cy="26" r="12" fill="${c}"/><circle cx="100" cy="28" r="13" fill="${a}"/><path d="M82 76h36q-4 20 16 38t-6 58H72q-26-40-6-58t16-38z" fill="${a}"/>`,
  notebook: ({ a, b, c }, text) =>
    `<rect x="52" y="30" width="100" height="140" rx="6" fill="${a}"/><rect x="52" y="30" width="18" height="140" rx="6" fill="${b}"/><rect x="84" y="58" width="54" height="36" rx="3" fill="${c}"/>${label(text, 111, 83, b)}<path d="M128 150v34l7-7 7 7v-34z" fill="${c}"/>`,
  pen: ({ a, b, c }) =>
    `<g transform="rotate(42 100 100)"><path d="M90 150l10 34 10-34z" fill="${c}"/><rect x="88" y="60" width="24" height="92" rx="4" fill="${a}"/><rect x="88" y="20" width="24" height="46" rx="8" fill="${b}"/><rect x="110" y="28" width="6" height="46" rx="3" fill="${c}"/></g>`,
  pencil: ({ a, b, c }) =>
    `<g transform="rotate(36 100 100)"><rect x="88" y="20" width="24" height="16" rx="4" fill="${c}"/><rect x="88" y="34" width="24" height="10" fill="${b}"/><path d="M88 44h24v98l-12 38-12-38z" fill="${a}"/><path d="M88 142h24l-12 38z" fill="#ecd3a4"/><path d="M96 167h8l-4 13z" fill="${b}"/></g>`,
  card: ({ a, b, c }) =>
    `<rect x="34" y="56" width="132" height="94" rx="5" fill="${a}"/><path d="M34 60l66 52 66-52" fill="none" stroke="${c}" stroke-width="6"/><circle cx="100" cy="112" r="13" fill="${b}"/>`,
  tape: ({ a, b, c }) =>
    `<path d="M92 160h84v-20h-60z" fill="${a}"/><circle cx="92" cy="98" r="62" fill="${a}"/><circle cx="92" cy="98" r="50" fill="none" stroke="${c}" stroke-width="4" stroke-dasharray="8 6"/><circle cx="92" cy="98" r="34" fill="${b}"/><circle cx="92" cy="98" r="26" fill="${c}"/>`,
  plant: ({ a, b, c }) =>
    `<path d="M100 104q-52-6-50-56q48 4 50 56q-6-60 42-70q10 56-42 70" fill="#5d8f5a"/><path d="M100 104q-4-46 4-78" stroke="#47724a" stroke-width="5" fill="none"/><path d="M60 112h80l-10 58H70z" fill="${a}"/><rect x="54" y="100" width="92" height="18" rx="3" fill="${b}"/><path d="M64 136h72" stroke="${c}" stroke-width="6"/>`,
  pot: ({ a, b, c }) =>
    `<path d="M50 74h100l-16 96H66z" fill="${a}"/><rect x="42" y="48" width="116" height="28" rx="4" fill="${b}"/><path d="M58 102h84l-3 18H61z" fill="${c}"/>`,
  seeds: ({ a, b, c }, text) =>
    `<rect x="54" y="28" width="92" height="144" rx="3" fill="${c}"/><path d="M54 28h92v34H54z" fill="${a}"/>${label(text, 100, 52, c)}<path d="M100 154V100" stroke="#47724a" stroke-width="5"/><path d="M100 124q-30 0-30-28q30 0 30 28q0-34 32-36q0 36-32 36" fill="#6a9d63"/><circle cx="100" cy="92" r="13" fill="${b}"/>`,
  trowel: ({ a, b, c }) =>
    `<g transform="rotate(34 100 100)"><path d="M78 100h44q4 50-22 80q-26-30-22-80z" fill="${c}" stroke="${b}" stroke-width="3"/><rect x="95" y="76" width="10" height="28" fill="${b}"/><rect x="88" y="16" width="24" height="64" rx="12" fill="${a}"/></g>`,
  can: ({ a, b, c }) =>
    `<path d="M124 88q38 4 34 38t-36 30" fill="none" stroke="${b}" stroke-width="9"/><path d="M66 130L28 70l-14 8 4-22 26-12-6 16 40 38z" fill="${b}"/><rect x="62" y="78" width="68" height="88" rx="8" fill="${a}"/><path d="M62 100h68v12H62z" fill="${c}"/>`,
  soap: ({ a, b, c }, text) =>
    `<rect x="38" y="80" width="124" height="76" rx="26" fill="${b}"/><rect x="38" y="70" width="124" height="76" rx="26" fill="${a}"/>${label(text, 100, 117, c)}<circle cx="140" cy="50" r="12" fill="${c}"/><circle cx="118" cy="38" r="7" fill="${c}"/><circle cx="160" cy="66" r="6" fill="${c}"/>`,
  towel: ({ a, b, c }) =>
    `<rect x="30" y="36" width="140" height="9" rx="4" fill="${b}"/><path d="M54 40h92v118H54z" fill="${a}"/><path d="M54 118h92v8H54zM54 132h92v8H54z" fill="${c}"/><path d="M60 158v10M76 158v10M92 158v10M108 158v10M124 158v10M140 158v10" stroke="${a}" stroke-width="5"/>`,
  brush: ({ a, b, c }) =>
    `<g transform="rotate(-30 100 100)"><rect x="78" y="18" width="44" height="84" rx="20" fill="${a}"/><rect x="92" y="98" width="16" height="84" rx="8" fill="${a}"/><path d="M122 30h18M122 42h18M122 54h18M122 66h18M122 78h18M122 90h18" stroke="${b}" stroke-width="6"/><circle cx="100" cy="166" r="4" fill="${c}"/></g>`,
  razor: ({ a, b, c }) =>
    `<g transform="rotate(28 100 100)"><rect x="60" y="28" width="80" height="24" rx="5" fill="${b}"/><path d="M62 50h76v6H62z" fill="${c}"/><path d="M94 52h12v16h-12z" fill="${b}"/><rect x="90" y="66" width="20" height="112" rx="10" fill="${a}"/></g>`,
  blocks: ({ a, b, c }) =>
    `<rect x="32" y="102" width="62" height="62" rx="5" fill="${a}"/><rect x="104" y="102" width="62" height="62" rx="5" fill="${b}"/><rect x="68" y="34" width="62" height="62" rx="5" fill="${c}" stroke="${b}" stroke-width="3"/><circle cx="63" cy="133" r="16" fill="${c}"/><path d="M135 116l18 32h-36z" fill="${c}"/><path d="M86 52h26v26H86z" fill="${a}"/>`,
  puzzle: ({ a, b, c }) =>
    `<path d="M36 36h62v22a13 13 0 1 1 0 24v16H80a13 13 0 1 0-24 0H36z" fill="${a}"/><path d="M104 36h60v62h-16a13 13 0 1 0-24 0h-20V88a18 18 0 0 0 0-36z" fill="${c}" stroke="${b}" stroke-width="2"/><path d="M36 104h14a18 18 0 1 1 36 0h12v60H36z" fill="${b}"/><path d="M104 104h14a18 18 0 0 0 36 0h10v60h-60z" fill="${a}"/>`,
  bear: ({ a, b, c }) =>
    `<circle cx="66" cy="52" r="20" fill="${b}"/><circle cx="134" cy="52" r="20" fill="${b}"/><ellipse cx="100" cy="150" rx="46" ry="34" fill="${a}"/><circle cx="100" cy="86" r="52" fill="${a}"/><ellipse cx="100" cy="102" rx="24" ry="19" fill="${c}"/><circle cx="80" cy="78" r="6" fill="${b}"/><circle cx="120" cy="78" r="6" fill="${b}"/><path d="M92 96h16l-8 9z" fill="${b}"/>`,
  train: ({ a, b, c }) =>
    `<rect x="36" y="92" width="92" height="46" rx="6" fill="${a}"/><rect x="104" y="52" width="52" height="86" rx="5" fill="${b}"/><rect x="116" y="64" width="28" height="26" fill="${c}"/><rect x="50" y="62" width="18" height="32" fill="${b}"/><circle cx="60" cy="146" r="18" fill="${c}" stroke="${b}" stroke-width="6"/><circle cx="100" cy="146" r="18" fill="${c}" stroke="${b}" stroke-width="6"/><circle cx="142" cy="146" r="18" fill="${c}" stroke="${b}" stroke-width="6"/>`,
  dice: ({ a, b, c }) =>
    `<g fill="${c}"><rect x="34" y="74" width="78" height="78" rx="14" fill="${a}" transform="rotate(-10 73 113)"/><circle cx="54" cy="97" r="7"/><circle cx="73" cy="113" r="7"/><circle cx="92" cy="129" r="7"/><rect x="100" y="44" width="66" height="66" rx="12" fill="${b}" transform="rotate(16 133 77)"/><circle cx="124" cy="60" r="6"/><circle cx="144" cy="94" r="6"/></g>`,
  kite: ({ a, b, c }) =>
    `<path d="M104 22l52 56-64 62-40-74z" fill="${a}"/><path d="M104 22l-12 118-40-74z" fill="${b}"/><path d="M52 66l104 12" stroke="${c}" stroke-width="4"/><path d="M92 140q-20 12-10 24t-18 18" fill="none" stroke="${b}" stroke-width="4"/><path d="M70 160l20-6-4 16z" fill="${c}"/>`,
  sock: ({ a, b, c }) =>
    `<path d="M76 28h52v74l34 30q14 16-2 30t-34 4l-50-34z" fill="${a}"/><path d="M76 28h52v18H76zM76 62h52v9H76zM76 82h52v9H76z" fill="${c}"/><path d="M76 132l24 16-4-40H76z" fill="${b}"/>`,
  beanie: ({ a, b, c }) =>
    `<circle cx="100" cy="38" r="16" fill="${c}"/><path d="M40 130q0-84 60-84t60 84z" fill="${a}"/><path d="M70 60v66M100 52v74M130 60v66" stroke="${b}" stroke-width="4" opacity=".6"/><rect x="34" y="124" width="132" height="36" rx="8" fill="${b}"/>`,
  scarf: ({ a, b, c }) =>
    `<path d="M48 50q52 34 104 0l8 30q-60 40-120 0z" fill="${b}"/><path d="M76 78h40l6 86H82z" fill="${a}"/><path d="M78 108h40v8H78zM80 128h41v8H80z" fill="${c}"/><path d="M86 164v14M98 164v14M110 164v14" stroke="${a}" stroke-width="5"/>`,
  apron: ({ a, b, c }) =>
    `<path d="M76 50q0-26 24-26t24 26" fill="none" stroke="${b}" stroke-width="6"/><path d="M72 48h56l8 44h24v82H40V92h24z" fill="${a}"/><rect x="70" y="112" width="60" height="34" rx="3" fill="${c}"/><path d="M100 112v34" stroke="${b}" stroke-width="3"/>`,
  tote: ({ a, b, c }, text) =>
    `<path d="M70 80V58q0-28 30-28t30 28v22" fill="none" stroke="${b}" stroke-width="8"/><path d="M46 74h108l8 96H38z" fill="${a}"/><circle cx="100" cy="122" r="26" fill="${c}"/>${label(text, 100, 131, b)}`,
  backpack: ({ a, b, c }) =>
    `<path d="M84 40q0-16 16-16t16 16" fill="none" stroke="${b}" stroke-width="8"/><rect x="50" y="38" width="100" height="132" rx="32" fill="${a}"/><rect x="66" y="104" width="68" height="48" rx="8" fill="${b}"/><path d="M66 120h68" stroke="${c}" stroke-width="4"/><path d="M62 82h76v8H62z" fill="${c}"/>`,
  flask: ({ a, b, c }) =>
    `<rect x="74" y="24" width="52" height="32" rx="6" fill="${b}"/><rect x="68" y="58" width="64" height="116" rx="12" fill="${a}"/><path d="M68 84h64v10H68z" fill="${c}"/><path d="M80 104v54" stroke="${c}" stroke-width="5" stroke-linecap="round"/>`,
  lantern: ({ a, b, c }) =>
    `<path d="M66 66q0-42 34-42t34 42" fill="none" stroke="${b}" stroke-width="6"/><rect x="66" y="56" width="68" height="16" rx="4" fill="${a}"/><rect x="70" y="72" width="60" height="72" fill="${c}"/><path d="M100 84q20 26 0 46q-20-20 0-46z" fill="#f2a93b"/><rect x="58" y="144" width="84" height="24" rx="5" fill="${a}"/>`,
  tent: ({ a, b, c }) =>
    `<path d="M100 36l78 124H22z" fill="${a}"/><path d="M100 36l28 124H72z" fill="${b}"/><path d="M100 70l14 90H86z" fill="${c}"/><path d="M14 160h172" stroke="${b}" stroke-width="6"/>`,
  lead: ({ a, b, c }) =>
    `<path d="M60 36q-30 60 30 64t56 34" fill="none" stroke="${a}" stroke-width="12" stroke-linecap="round"/><circle cx="58" cy="36" r="15" fill="none" stroke="${b}" stroke-width="9"/><rect x="138" y="128" width="20" height="26" rx="5" fill="${c}" stroke="${b}" stroke-width="4"/><path d="M148 154v18" stroke="${b}" stroke-width="6"/>`,
  bone: ({ a, b, c }) =>
    `<g transform="rotate(-30 100 100)"><path d="M54 84a20 20 0 1 0-16 16a20 20 0 1 0 16 18h92a20 20 0 1 0 16-18a20 20 0 1 0-16-16z" fill="${a}" stroke="${b}" stroke-width="4"/><path d="M62 94h60" stroke="${c}" stroke-width="6" stroke-linecap="round"/></g>`,
  mouse: ({ a, b, c }) =>
    `<path d="M150 130q34-4 22-40" fill="none" stroke="${b}" stroke-width="6"/><ellipse cx="98" cy="124" rx="62" ry="38" fill="${a}"/><circle cx="62" cy="88" r="19" fill="${b}"/><circle cx="62" cy="88" r="10" fill="${c}"/><circle cx="52" cy="120" r="5" fill="${b}"/><circle cx="36" cy="128" r="7" fill="${c}"/>`,
  jumper: ({ a, b, c }) =>
    `<path d="M72 44q28 18 56 0l44 30-20 34-16-10v72H64V98l-16 10-20-34z" fill="${a}"/><path d="M72 44q28 18 56 0l-8-6q-20 10-40 0z" fill="${b}"/><path d="M64 156h72v14H64z" fill="${b}"/><path d="M70 96h60M70 108h60" stroke="${c}" stroke-width="5" stroke-dasharray="8 6"/>`,
  glove: ({ a, b, c }) =>
    `<path d="M66 140l-28-46q-4-12 8-14t26 26V52q0-10 9-10t9 10v36V38q0-10 9-10t9 10v50V44q0-10 9-10t9 10v50V62q0-9 8-9t8 9v78z" fill="${a}"/><rect x="62" y="138" width="76" height="32" rx="6" fill="${b}"/><path d="M62 150h76" stroke="${c}" stroke-width="5"/>`,
  rainbow: ({ a, b, c }) =>
    `<g fill="none" stroke-width="14"><path d="M36 156v-16a64 64 0 0 1 128 0v16" stroke="${a}"/><path d="M52 156v-16a48 48 0 0 1 96 0v16" stroke="${c}"/><path d="M68 156v-16a32 32 0 0 1 64 0v16" stroke="${b}"/><path d="M84 156v-16a16 16 0 0 1 32 0v16" stroke="#f2c14e"/></g>`,
  stick: ({ a, b, c }) =>
    `<g transform="rotate(18 100 100)"><path d="M96 182V56q0-24 24-24t24 22" fill="none" stroke="${a}" stroke-width="12" stroke-linecap="round"/><path d="M90 166h12v20H90z" fill="${b}"/><path d="M96 92q22 6 14 26" fill="none" stroke="${c}" stroke-width="5"/></g>`,
  shears: ({ a, b, c }) =>
    `<g transform="rotate(30 100 100)"><path d="M94 92q-22-34-6-72q22 26 18 74zM106 92q20-22 10-56q-14 18-18 56z" fill="#d5dade" stroke="${b}" stroke-width="3"/><path d="M96 98q-34 30-20 84M104 98q34 30 20 84" fill="none" stroke="${a}" stroke-width="13" stroke-linecap="round"/><circle cx="100" cy="94" r="8" fill="${b}"/><circle cx="100" cy="94" r="3" fill="${c}"/></g>`,
  hammer: ({ a, b, c }) =>
    `<g transform="rotate(36 100 100)"><rect x="91" y="50" width="18" height="128" rx="7" fill="${a}"/><path d="M62 26h60q26 4 30 26h-22l-8-4H62z" fill="${b}"/><rect x="52" y="24" width="14" height="28" rx="2" fill="${c}"/></g>`,
  driver: ({ a, b, c }) =>
    `<g transform="rotate(40 100 100)"><rect x="82" y="18" width="36" height="74" rx="14" fill="${a}"/><path d="M92 28v54M108 28v54" stroke="${c}" stroke-width="4"/><rect x="95" y="92" width="10" height="72" fill="${b}"/><path d="M92 164h16l-3 18h-10z" fill="${b}"/></g>`,
  toolbox: ({ a, b, c }) =>
    `<path d="M72 78V56q0-10 10-10h36q10 0 10 10v22" fill="none" stroke="${b}" stroke-width="9"/><rect x="32" y="76" width="136" height="84" rx="8" fill="${a}"/><path d="M32 104h136v9H32z" fill="${b}"/><rect x="88" y="96" width="24" height="26" rx="4" fill="${c}"/>`,
}

/** Things of wood, straw, bone or fur, which look odd in blue. */
const natural = new Set(['board', 'spoon', 'basket', 'bone', 'bear', 'frame', 'stick', 'pencil'])

const label = (text, x, y, colour) =>
  `<text x="${x}" y="${y}" font-family="Georgia,serif" font-size="26" font-weight="700" text-anchor="middle" fill="${colour}">${text}</text>`

const grounds = [
  (c) => `<circle cx="100" cy="100" r="86" fill="${c}"/>`,
  (c) => `<path d="M0 150q50-26 100-8t100-10v68H0z" fill="${c}"/>`,
  (c) => `<rect x="16" y="16" width="168" height="168" rx="34" fill="${c}"/>`,
  (c) => `<path d="M0 200L200 0v200z" fill="${c}"/>`,
  (c) => `<path d="M0 130h200v70H0z" fill="${c}"/>`,
]

const colours = (hash, art) => {
  const share = hash.readUInt16BE(0) / 65536
  const hue = Math.round(natural.has(art) ? 18 + share * 28 : share * 360)
  const turn = (hue + 30 + (hash[2] % 5) * 15) % 360
  const strength = 34 + (hash[3] % 4) * 8
  return {
    a: `hsl(${hue},${strength}%,${48 + (hash[4] % 3) * 5}%)`,
    b: `hsl(${hue},${strength}%,28%)`,
    c: `hsl(${turn},64%,87%)`,
    page: `hsl(${turn},34%,96%)`,
    ground: `hsl(${(hue + 190) % 360},28%,90%)`,
  }
}

const initials = (title) =>
  title
    .split(/[^\p{L}]+/u)
    .filter((word) => /^\p{Lu}/u.test(word))
    .slice(0, 2)
    .map((word) => word[0])
    .join('')

/** The motifs a product may ask for. */
export const motifNames = Object.keys(motifs)

/** An SVG document of less than 2 KB for a product: `{ handle, title, art }`. */
export const picture = ({ handle, title, art }) => {
  const hash = createHash('sha256').update(handle).digest()
  const palette = colours(hash, art)
  const ground = grounds[hash[5] % grounds.length](palette.ground)
  const drawn = motifs[art](palette, initials(title))
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="400" height="400" role="img">` +
    `<title>${title.replaceAll('&', '&amp;')}</title>` +
    `<rect width="200" height="200" fill="${palette.page}"/>${ground}${drawn}</svg>\n`
  )
}
