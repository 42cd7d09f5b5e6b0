import { render } from "preact";
import { signal } from "@preact/signals";
import uPlot from "uplot";
const n = signal(1);
render(<div>hi {n} {String(uPlot)}</div>, document.body);
