"use strict";
(() => {
  const plots = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = v => v >= 10000 ? Math.round(v).toLocaleString("en-US") : String(Number(v.toPrecision(4)));
  const escape = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  function axis(name, gap) {
    const soft = css("--soft"), line = css("--line");
    return {
      type: "value", scale: true, name, nameLocation: "middle", nameGap: gap,
      axisLabel: { color: soft, formatter: number }, axisLine: { lineStyle: { color: line } },
      splitLine: { lineStyle: { color: line, opacity: .6 } }, nameTextStyle: { color: soft },
    };
  }

  function option(plot) {
    const ink = css("--ink");
    return {
      animation: false, aria: { enabled: true }, backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      grid: { left: 72, right: 32, top: 24, bottom: 56 },
      tooltip: {
        confine: true, backgroundColor: css("--paper"), borderColor: css("--line"),
        textStyle: { color: ink, fontSize: 13 },
        formatter: p => `${escape(p.value[2])}<br>${escape(plot.axis)} <b>${number(p.value[0])}</b>, `
          + `perplexity <b>${number(p.value[1])}</b>`,
      },
      xAxis: axis(plot.axis, 34), yAxis: axis("perplexity", 52),
      series: [
        {
          type: "line", name: "front", data: plot.front, symbol: "none", silent: true,
          lineStyle: { color: "#2ca58d", width: 1.5, type: "dashed" },
        },
        {
          type: "scatter", name: "formats", data: plot.points, symbolSize: 9, itemStyle: { color: "#2f7ed8" },
          label: { show: true, formatter: p => p.value[2], position: "top", color: ink, fontSize: 11 },
          labelLayout: { hideOverlap: true },
        },
      ],
    };
  }

  for (const plot of plots) {
    const chart = echarts.init(document.getElementById(plot.id));
    chart.setOption(option(plot));
    addEventListener("resize", () => chart.resize());
    dark.addEventListener("change", () => chart.setOption(option(plot), true));
  }
  document.documentElement.dataset.charts = plots.length;
})();
