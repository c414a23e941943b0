import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

/** Node runs everything; the browser runs what does not say in its name that it needs Node. */
export default defineConfig({
  test: {
    // A crash or a hang is a bug of ours; most tests take milliseconds, the model-based ones seconds.
    testTimeout: 60_000,
    projects: [
      {
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "chromium",
          include: ["src/*.test.ts", "src/{heap,memory,allocators,blob,testing}/**/*.test.ts"],
          exclude: ["**/*.node.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
                args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
