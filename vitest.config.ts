import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

/** Most tests take milliseconds; the model-based ones and the OCR job take seconds, more on a busy machine. */
const testTimeout = 120_000;

/** Programs of Node that look at a page in a browser: nothing that `npm test` may need. */
const pageTests = "test/**/*.chromium.test.ts";

/** Node runs everything; the browser runs what does not say in its name that it needs Node. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          testTimeout,
          include: ["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: [pageTests],
        },
      },
      { test: { name: "page", testTimeout, include: [pageTests] } },
      {
        test: {
          name: "chromium",
          testTimeout,
          include: [
            "src/*.test.ts",
            "src/{heap,memory,allocators,adaptors,blob,interchange,trace,testing}/**/*.test.ts",
          ],
          exclude: ["**/*.node.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
                args: [
                  "--no-sandbox",
                  "--disable-quic",
                  "--disable-background-networking",
                  "--disable-component-update",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});

export default config;
