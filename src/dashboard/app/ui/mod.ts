/** What pages are put together from. */
export { Badge, StatusBadge, type Tone } from "./badge.tsx";
export { Button, type ButtonProps } from "./button.tsx";
export { Chart, type ChartProps, type ChartSeries } from "./chart.tsx";
export { confirmed } from "./confirm.tsx";
export { Field, Select, TextInput } from "./field.tsx";
export * from "./format.ts";
export { Icon, type IconName } from "./icon.tsx";
export { JsonView } from "./json_view.tsx";
export { MoreButton } from "./more_button.tsx";
export { Facts, PageHead, Panel } from "./panel.tsx";
export { ProgressBar } from "./progress_bar.tsx";
export { Empty, Failure, Loaded, Loading } from "./states.tsx";
export { type Column, Table } from "./table.tsx";
export { Ago } from "./time.tsx";
export { attempt, toast, toastProblem } from "./toast.tsx";
export { VirtualRows } from "./virtual_rows.tsx";
