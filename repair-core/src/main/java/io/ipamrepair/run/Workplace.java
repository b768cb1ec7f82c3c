package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.Journal;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What a procedure works with.
 *
 * @param etcd the cluster
 * @param journal where runs are written down
 * @param operator who is asked and told
 * @param clock the time, for what is written down and printed
 * @param random where IDs and tokens come from
 */
public record Workplace(
    Etcd etcd, Journal journal, Operator operator, Clock clock, RandomGenerator random) {}
