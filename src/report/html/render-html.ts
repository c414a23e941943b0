import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { pack } from "../format/pack.ts";
import type { ReportModel } from "../model/report-model.ts";
import { renderText } from "../text/render-text.ts";
import { escapeHtml } from "./escape-html.ts";
import { pageAssets } from "./page-assets.ts";
import { pageBody } from "./page-body.ts";

/** How a page is rendered. */
export interface HtmlOptions {
  /** The page's heading and title: the name of the trace, say. Default: `Memory report`. */
  readonly title?: string;
  /** Below the heading: when and where it was recorded. */
  readonly subtitle?: string;
}

/**
 * Renders a report as one HTML page that needs nothing else: no server, no network, no other file. Its content security
 * policy lets nothing be loaded, and no script run but its own.
 *
 * Without scripts, the page shows the text form.
 */
export function renderHtml(model: ReportModel, options: HtmlOptions = {}): string {
  const { title = "Memory report", subtitle = "" } = options;
  const { script, style } = pageAssets();
  const data = deflateRawSync(pack(model)).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${pageBody(title, subtitle, renderText(model, { width: 100, colour: false }))}
<script type="text/plain" id="data">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
