"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colors = ["#2f7ed8", "#e07b28", "#2ca58d", "#a05bc9", "#c4496b", "#7d8a2e"];
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = v => v >= 1000 ? Math.round(v).toLocaleString("en-US") : String(Number(v.toPrecision(4)));
  const escape = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const names = Object.keys(data.series);
  const values = names.flatMap(name => data.series[name].flatMap(point => point.slice(0, 2)));
  const low = values.length ? Math.pow(10, Math.floor(Math.log10(Math.min(...values)))) : 1;
  const high = values.length ? Math.pow(10, Math.ceil(Math.log10(Math.max(...values)))) : 10;

  function axis(name) {
    const soft = css("--soft"), line = css("--line");
    return {
      type: "log", min: low, max: high, name, nameLocation: "middle", nameGap: 44,
      axisLabel: { color: soft, formatter: number }, axisLine: { lineStyle: { color: line } },
      splitLine: { lineStyle: { color: line, opacity: .6 } }, nameTextStyle: { color: soft },
    };
  }

  function scatter() {
    const ink = css("--ink");
    return {
      animation: false, aria: { enabled: true }, backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      legend: { type: "scroll", top: 0, left: 0, textStyle: { color: ink }, itemWidth: 12, itemHeight: 12 },
      grid: { left: 80, right: 24, top: 44, bottom: 64 },
      tooltip: {
        confine: true, backgroundColor: css("--paper"), borderColor: css("--line"),
        textStyle: { color: ink, fontSize: 13 },
        formatter: p => `${escape(p.seriesName)}: ${escape(p.value[2])}<br>measured <b>${number(p.value[0])}</b> µs, `
          + `predicted <b>${number(p.value[1])}</b> µs`,
      },
      xAxis: axis("measured, µs"), yAxis: axis("predicted, µs"),
      series: [
        ...names.map((name, i) => ({
          type: "scatter", name, data: data.series[name], symbolSize: 4,
          itemStyle: { color: colors[i % colors.length], opacity: .55 },
        })),
        {
          type: "line", name: "predicted = measured", data: [[low, low], [high, high]], symbol: "none",
          silent: true, lineStyle: { color: ink, width: 1, type: "dashed" }, itemStyle: { color: ink },
        },
      ],
    };
  }

  const chart = echarts.init(document.getElementById("chart-scatter"));
  chart.setOption(scatter());
  addEventListener("resize", () => chart.resize());
  dark.addEventListener("change", () => chart.setOption(scatter(), true));
  document.documentElement.dataset.charts = 1;
})();
