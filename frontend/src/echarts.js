// The parts of ECharts that our charts draw with, as one global. A new kind of chart adds its part here.
import * as core from "echarts/core";
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import {
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendPlainComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
} from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

core.use([
  BarChart, LineChart, ScatterChart,
  DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendPlainComponent,
  MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent,
  CanvasRenderer,
]);

export const { init, getInstanceByDom, version } = core;
