/**
 * The system's theme until the button is pressed; then light and dark in turn.
 *
 * The dark theme is the style sheet's one rule for a preference, so that its colours stand there once. Its condition is what
 * changes.
 */
export function followTheme(button: HTMLElement, repaint: () => void): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const { media } = darkRule();
  system.addEventListener("change", repaint);
  button.addEventListener("click", () => {
    const isDark = matchMedia(media.mediaText).matches;
    media.mediaText = isDark ? "not all" : "all";
    repaint();
  });
}

/** @throws when the page's style sheet has no dark theme */
function darkRule(): CSSMediaRule {
  const rules = Array.from(document.styleSheets, ({ cssRules }) => Array.from(cssRules)).flat();
  const found = rules.find((rule) => rule instanceof CSSMediaRule && rule.conditionText.includes("color-scheme"));
  if (found === undefined) throw new Error("The page has no dark theme");
  return found as CSSMediaRule;
}
