import { loadCharts } from "../deps.ts";
import type { Chart } from "./report.ts";

const WIDTH = 760;
const BAR_HEIGHT = 34;
const MARGIN_HEIGHT = 70;

// Readable on a light and on a dark page.
const [OURS, THEIRS, TEXT] = ["#1f77b4", "#999999", "#7f7f7f"];

/** Draws a chart of what was printed, as SVG. */
export async function draw({ title, unit, bars }: Chart): Promise<string> {
  const { init } = await loadCharts();
  const height = MARGIN_HEIGHT + BAR_HEIGHT * bars.length;
  const options = { renderer: "svg", ssr: true, width: WIDTH, height } as const;
  const chart = init(null, null, options);
  chart.setOption({
    animation: false,
    title: { text: title, textStyle: { color: TEXT, fontSize: 14 } },
    grid: { left: 290, right: 70, top: 40, bottom: 10 },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLabel: { color: TEXT },
      axisTick: { show: false },
      axisLine: { show: false },
    },
    series: [{
      type: "bar",
      data: bars.map(({ value }, index) => ({
        value,
        itemStyle: { color: index === 0 ? OURS : THEIRS },
      })),
      label: {
        show: true,
        position: "right",
        color: TEXT,
        formatter: ({ dataIndex }: { dataIndex: number }) =>
          `${bars[dataIndex]?.shown ?? ""} ${unit}`,
      },
    }],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
