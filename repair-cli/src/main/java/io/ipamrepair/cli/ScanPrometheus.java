package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity.PoolUse;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.run.ToolKeys;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code scan} found, for node_exporter's textfile collector. */
final class ScanPrometheus {
  private static final String PREFIX = "ipam_repair_";

  private final MetricsText text = new MetricsText();

  private ScanPrometheus() {}

  /** All metrics of a scan that ended at {@code now}. */
  static String of(ScanReport report, Instant now) {
    ScanPrometheus metrics = new ScanPrometheus();
    metrics.state(true, now);
    metrics.look(report.look());
    metrics.findings(report.findings());
    metrics.leftOut(report);
    metrics.moment(report.look());
    metrics.pools(report.capacity().byPool());
    return metrics.text.toString();
  }

  /**
   * That a scan failed at {@code now}, and nothing else: what was known before is not known now.
   */
  static String down(Instant now) {
    ScanPrometheus metrics = new ScanPrometheus();
    metrics.state(false, now);
    return metrics.text.toString();
  }

  private void one(String name, String help, Number value) {
    text.gauge(PREFIX + name, help).sample(PREFIX + name, value);
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  private static BigDecimal seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis(), 3);
  }

  private void state(boolean up, Instant now) {
    one("up", "Whether the last scan could read etcd and ended.", bit(up));
    one(
        "last_scan_timestamp_seconds",
        "When the last scan ended, successful or not.",
        now.getEpochSecond());
  }

  private void look(Look look) {
    one(
        "scan_duration_seconds",
        "How long the last look at etcd took: reading and judging, without waiting to settle.",
        seconds(look.took()));
    one("revision", "The revision of etcd that was read.", look.revision());
    one("keys", "Keys that were read.", look.read().state().keys());
  }

  private void findings(List<Finding> findings) {
    String name = PREFIX + "findings";
    Map<String, Map<Severity, Long>> counts =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    Finding::rule,
                    Collectors.groupingBy(Finding::severity, Collectors.counting())));
    text.gauge(name, "Findings by rule and severity.");
    for (String rule : Check.ruleIds()) {
      Map<Severity, Long> ofRule = counts.getOrDefault(rule, Map.of());
      for (Severity severity : Severity.values()) {
        text.sample(
            name, ofRule.getOrDefault(severity, 0L), "rule", rule, "severity", severity.text());
      }
    }
  }

  private void leftOut(ScanReport report) {
    String name = PREFIX + "findings_left_out";
    text.gauge(name, "Findings that are not counted, by reason.")
        .sample(name, report.hidden(), "reason", "filter")
        .sample(
            name,
            report.baseline().map(ScanReport.BaselineUse::leftOut).orElse(0),
            "reason",
            "baseline")
        .sample(
            name, report.settled().map(Settling.Settled::fresh).orElse(0), "reason", "unsettled");
    report
        .baseline()
        .ifPresent(
            baseline ->
                one(
                    "baseline_entries_gone",
                    "Entries of the baseline that were not found any more.",
                    baseline.gone()));
  }

  private void moment(Look look) {
    Optional<ToolKeys> keys = look.toolKeys();
    keys.ifPresent(
        known -> {
          one(
              "operator_lock",
              "Whether an operator's lock of ipam-repair is held.",
              bit(known.lock().isPresent()));
          one("unclosed_runs", "Runs of ipam-repair that did not end.", known.unclosed().size());
        });
    MomentText.datastoreReady(look)
        .ifPresent(
            ready ->
                one(
                    "datastore_ready",
                    "Whether Calico's datastore is open; 0 is a lock for maintenance.",
                    bit(ready)));
  }

  private void pools(List<PoolUse> pools) {
    if (pools.isEmpty()) {
      return;
    }
    pool(pools, "pool_enabled", "Whether addresses come from the pool.", p -> bit(p.enabled()));
    pool(pools, "pool_blocks", "Blocks that lie in the pool.", PoolUse::blocks);
    pool(pools, "pool_free_blocks", "Blocks that the pool has room for.", PoolUse::room);
    pool(
        pools,
        "pool_addresses_used",
        "Addresses of the pool that blocks hold.",
        p -> p.addresses().used());
    pool(
        pools,
        "pool_addresses_free",
        "Addresses of the pool that no block holds.",
        p -> p.addresses().total().subtract(BigInteger.valueOf(p.addresses().used())));
    pool(
        pools,
        "pool_addresses_borrowed",
        "Addresses of the pool that another node uses than the owner of their block.",
        p -> p.addresses().borrowed());
    pool(
        pools,
        "pool_nodes_without_block",
        "Nodes that the pool selects and that own no block of its family.",
        p -> p.nodesWithoutBlock().size());
  }

  private void pool(
      List<PoolUse> pools, String name, String help, Function<PoolUse, Number> value) {
    text.gauge(PREFIX + name, help);
    for (PoolUse pool : pools) {
      text.sample(
          PREFIX + name,
          value.apply(pool),
          "pool",
          pool.name(),
          "network",
          pool.network().toString());
    }
  }
}
