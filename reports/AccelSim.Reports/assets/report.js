"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const many = data.runs.length > 1;
  const runColors = ["#2f7ed8", "#e07b28", "#2ca58d", "#a05bc9", "#c4496b", "#7d8a2e"];
  // Families of colour by kind of resource: blue computes, orange remembers, green communicates.
  const kinds = {
    matrix: ["#2f6fd0", "#5b93e6", "#8bb4f0", "#1f4f9c"], vector: ["#7fb4e6", "#a8cdf0"],
    memory: ["#e07b28", "#f0a05a", "#f5c192", "#b85d14"], link: ["#2ca58d", "#66c2ae", "#1d7a68"],
    launch: ["#8d97a5"], synchronisation: ["#5d7f8f"], host: ["#b3bac4"], power: ["#c4496b"],
  };
  const parts = ["#2f6fd0", "#e07b28", "#2ca58d", "#a05bc9", "#c4496b", "#8d97a5", "#7d8a2e", "#5d7f8f"];
  const memoryColors = {
    "weights": "#2f6fd0", "activations": "#8bb4f0", "runtime": "#8d97a5",
    "recurrent state": "#a05bc9", "KV cache": "#e07b28", "not used": "rgba(128,138,150,.25)",
  };
  const tagColors = {
    measured: "#14804a", calibrated: "#58b583", transferred: "#8bb4f0", datasheet: "#2f6fd0",
    assumed: "#c4564b",
  };
  const charts = [];

  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = v => v === null || v === undefined ? "–"
    : Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en-US")
      : String(Number(v.toPrecision(4)));
  const escape = s => String(s).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  function base() {
    const ink = css("--ink"), soft = css("--soft");
    return {
      animation: false, aria: { enabled: true }, backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      legend: { type: "scroll", top: 0, left: 0, textStyle: { color: ink }, pageTextStyle: { color: soft }, itemWidth: 12, itemHeight: 12 },
      tooltip: {
        confine: true, backgroundColor: css("--paper"), borderColor: css("--line"),
        textStyle: { color: ink, fontSize: 13 }, extraCssText: "max-width:420px;white-space:normal",
      },
    };
  }

  function axis(more) {
    const soft = css("--soft"), line = css("--line");
    return Object.assign({
      axisLabel: { color: soft }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      splitLine: { lineStyle: { color: line, opacity: .6 } },
      nameTextStyle: { color: soft },
    }, more);
  }

  const labelWidth = labels => Math.min(230, 10 + 7.2 * Math.max(...labels.map(l => l.length)));

  const category = labels => axis({
    type: "category", inverse: true, data: labels, splitLine: { show: false },
    axisLabel: { color: css("--ink"), width: labelWidth(labels), overflow: "truncate" },
  });

  // Bars side to side: one per label, stacked by part.
  function stacked(labels, series, unit, extra) {
    return Object.assign(base(), {
      grid: { left: labelWidth(labels) + 10, right: 24, top: 44, bottom: 44 },
      xAxis: axis(Object.assign({ type: "value", name: unit, nameLocation: "middle", nameGap: 26 }, extra)),
      yAxis: category(labels),
      series: series.map(s => Object.assign({
        type: "bar", stack: "all", barMaxWidth: 26,
        itemStyle: { color: s.color, borderColor: css("--paper"), borderWidth: 1 },
      }, s)),
    });
  }

  const color = { idle: "#b3bac4" };
  const used = {};
  for (const r of data.limits.resources) {
    const family = kinds[r.kind] || parts;
    used[r.kind] = used[r.kind] || 0;
    color[r.name] = family[used[r.kind]++ % family.length];
  }

  function limits() {
    const bars = data.limits.bars;
    const option = stacked(
      bars.map(b => many ? `${b.phase} · ${data.runs[b.run]}` : b.phase),
      data.limits.resources.map(r => ({
        name: r.name, color: color[r.name],
        data: bars.map(b => r.name in b.shares ? 100 * b.shares[r.name] : null),
      })), "% of step time", { max: 100 });
    option.tooltip.formatter = p => {
      const r = data.limits.resources[p.seriesIndex], b = bars[p.dataIndex];
      return `<b>${escape(b.phase)}: ${number(p.value)} % ${escape(r.name)}</b><br>`
        + `rate = ${escape(r.formula)}<br>rests on: ${r.tag}<br>`
        + `${number(b.seconds)} s in ${b.steps.toLocaleString("en-US")} steps`;
    };
    return option;
  }

  function latency(name) {
    const own = data.latencies[name];
    const most = Math.max(...own.runs.map(values => values.length ? values[values.length - 1] : 0));
    const near = own.slo !== null && own.slo <= 10 * most;
    const option = Object.assign(base(), {
      title: { text: `${name.toUpperCase()}, ms`, textStyle: { color: css("--ink"), fontSize: 13, fontWeight: 600 }, left: 0, top: 0 },
      grid: { left: 44, right: 26, top: many ? 64 : 40, bottom: 30 },
      xAxis: axis({ type: "log", min: "dataMin", max: Math.max(most, near ? own.slo : 0) || 1, axisLabel: { color: css("--soft"), formatter: number, hideOverlap: true, showMinLabel: false, showMaxLabel: false } }),
      yAxis: axis({ type: "value", max: 100, axisLabel: { color: css("--soft"), formatter: "{value} %" } }),
      series: own.runs.map((values, i) => ({
        type: "line", name: data.runs[i], symbol: "none", lineStyle: { width: 2, type: i ? "dashed" : "solid" },
        color: runColors[i % runColors.length],
        data: values.map((v, k) => [Math.max(v, 1e-6), 100 * k / (values.length - 1)]),
        markLine: i || !near ? undefined : {
          symbol: "none", silent: true, lineStyle: { color: css("--bad"), type: "dashed" },
          label: { formatter: `SLO ${number(own.slo)}`, position: "insideEndTop", color: css("--bad") }, data: [{ xAxis: own.slo }],
        },
      })),
    });
    option.legend.top = 24;
    option.legend.show = many;
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = points => points.map(p =>
      `${many ? escape(p.seriesName) + ": " : ""}${number(p.value[1])} % within ${number(p.value[0])} ms`).join("<br>");
    return option;
  }

  function timeline() {
    const rows = [["queue", "requests not yet started"], ["running", "running sequences"], ["kv_percent", "KV in use, %"], ["watts", "power, W"]];
    const option = base();
    const height = 80, gap = 118, end = Math.max(...data.timeline.map(t => t.end));
    option.legend.show = many;
    option.grid = rows.map((_, i) => ({ left: 56, right: 16, top: 52 + i * gap, height }));
    option.xAxis = rows.map((_, i) => axis({
      type: "value", gridIndex: i, max: end, splitLine: { show: false },
      axisLabel: { show: i === rows.length - 1, color: css("--soft"), showMaxLabel: false, formatter: v => `${number(v)} s` },
    }));
    option.yAxis = rows.map(([, title], i) => axis({
      type: "value", gridIndex: i, name: title, min: 0, splitNumber: 2,
      nameTextStyle: { color: css("--ink"), align: "left", padding: [0, 0, 0, -40] },
      axisLabel: { color: css("--soft"), formatter: number },
    }));
    option.axisPointer = { link: [{ xAxisIndex: "all" }] };
    option.series = data.timeline.flatMap(t => rows.map(([key], i) => ({
      type: "line", step: "end", symbol: "none", name: data.runs[t.run], xAxisIndex: i, yAxisIndex: i,
      color: runColors[t.run % runColors.length], lineStyle: { width: 1.3 },
      areaStyle: many ? undefined : { opacity: .15 },
      data: t[key].map((v, k) => [t.seconds[k], v]).concat([[t.end, t[key][t[key].length - 1]]]),
    })));
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = points => `<b>${number(points[0].value[0])} s</b><br>` + points.map(p =>
      `${many ? escape(p.seriesName) + " " : ""}${rows[p.axisIndex][1]}: ${number(p.value[1])}`).join("<br>");
    return option;
  }

  function ledger(name, unit) {
    const option = stacked(data.runs, Object.entries(data[name]).map(([component, values], i) => ({
      name: component, color: color[component] || parts[(i + 3) % parts.length], data: values,
    })), unit);
    option.tooltip.formatter = p => `${escape(p.seriesName)}<br><b>${number(p.value)}</b> ${unit}`;
    return option;
  }

  function memory() {
    const option = stacked(
      data.memory.map(m => m.label),
      Object.keys(memoryColors).filter(part => data.memory.some(m => m.gigabytes[part] > 0)).map(part => ({
        name: part, color: memoryColors[part], data: data.memory.map(m => m.gigabytes[part]),
      })), "GB");
    option.tooltip.formatter = p => `${escape(p.seriesName)}<br><b>${number(p.value)}</b> GB`;
    return option;
  }

  function provenance() {
    const option = stacked(data.runs, Object.entries(data.provenance).filter(([, v]) => v.some(x => x > 0))
      .map(([tag, values]) => ({ name: tag, color: tagColors[tag], data: values.map(v => 100 * v) })),
      "% of step time", { max: 100 });
    option.tooltip.formatter = p => `${escape(p.seriesName)}<br><b>${number(p.value)}</b> % of step time`;
    return option;
  }

  const all = {
    "chart-limits": limits,
    "chart-ttft": () => latency("ttft"),
    "chart-tpot": () => latency("tpot"),
    "chart-e2e": () => latency("e2e"),
    "chart-timeline": timeline,
    "chart-energy": () => ledger("energy", "J / output token"),
    "chart-cost": () => ledger("cost", "USD / million output tokens"),
    "chart-memory": memory,
    "chart-provenance": provenance,
  };
  for (const [id, option] of Object.entries(all)) {
    const place = document.getElementById(id);
    if (!place) continue;
    const chart = echarts.init(place);
    chart.setOption(option());
    charts.push([chart, option]);
  }
  addEventListener("resize", () => charts.forEach(([chart]) => chart.resize()));
  dark.addEventListener("change", () => charts.forEach(([chart, option]) => chart.setOption(option(), true)));
  document.documentElement.dataset.charts = charts.length;
})();
