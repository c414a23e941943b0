/** `tensorheap/report`: where every byte of a trace went, as a page and as text. */
export type { HtmlOptions } from "./html/render-html.ts";
export { renderHtml } from "./html/render-html.ts";
export type { AnalyseOptions } from "./model/analyse-trace.ts";
export { analyseTrace } from "./model/analyse-trace.ts";
export type {
  BlockTable,
  FragmentationSeries,
  GroupRow,
  HeapReplay,
  Holder,
  LeakTable,
  LockTable,
  Peak,
  Phase,
  PlanSummary,
  Problem,
  ReportModel,
  Segment,
  SizeClass,
} from "./model/report-model.ts";
export type { EventCounts } from "../trace/event-counts.ts";
export type { TextOptions } from "./text/render-text.ts";
export { renderText } from "./text/render-text.ts";
