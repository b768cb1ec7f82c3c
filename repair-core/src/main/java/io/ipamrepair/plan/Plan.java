package io.ipamrepair.plan;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.check.Severity;
import io.ipamrepair.kv.Bytes;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What would be written and under which conditions.
 *
 * @param title what it does, for a person
 * @param command the command and its arguments that made it, without the program's name
 * @param author who made it, {@code user@host}
 * @param authorKey the fingerprint of the SSH key by which the author signs it; nothing when they
 *     do not
 * @param created when
 * @param expires from when on {@code apply} refuses it
 * @param reason the author's reason or ticket; empty when none was given
 * @param cluster where it may be applied
 * @param findings what it does to the findings
 * @param impact what it does to addresses, nodes and workloads
 * @param left what was looked at and left alone, with the reason, one line each
 * @param acceptedRisk the flag by which the operator accepted what it introduces; empty when none
 *     was needed
 * @param limits what a transaction may hold that it was packed for
 * @param steps in order; at least one
 * @param context what it was judged on besides what its steps write; nothing when that is more than
 *     a plan carries
 */
public record Plan(
    String title,
    List<String> command,
    String author,
    Optional<String> authorKey,
    Instant created,
    Instant expires,
    String reason,
    Cluster cluster,
    Findings findings,
    Impact impact,
    List<String> left,
    String acceptedRisk,
    EtcdLimits limits,
    List<Step> steps,
    Optional<Context> context) {
  private static final List<String> FILE_OPTIONS = List.of("--snapshot=", "--dump=");

  public Plan {
    command = List.copyOf(command);
    left = List.copyOf(left);
    steps = List.copyOf(steps);
  }

  /** The same plan without its first {@code done} steps: what is left of it. */
  public Plan from(int done) {
    return withSteps(steps.subList(done, steps.size()));
  }

  /** The same plan with other steps. */
  public Plan withSteps(List<Step> others) {
    return with(cluster, findings, impact, others, context);
  }

  /** The same plan of another cluster. */
  Plan of(Cluster other) {
    return withConsequences(other, findings, impact);
  }

  /** The same steps, with what they do elsewhere. */
  Plan withConsequences(Cluster where, Findings toFindings, Impact toOthers) {
    return with(where, toFindings, toOthers, steps, context);
  }

  /** The same plan with another context. */
  public Plan withContext(Optional<Context> other) {
    return with(cluster, findings, impact, steps, other);
  }

  /** The same command of the same author, with all that can become another. */
  private Plan with(
      Cluster where,
      Findings toFindings,
      Impact toOthers,
      List<Step> otherSteps,
      Optional<Context> otherContext) {
    return new Plan(
        title,
        command,
        author,
        authorKey,
        created,
        expires,
        reason,
        where,
        toFindings,
        toOthers,
        left,
        acceptedRisk,
        limits,
        otherSteps,
        otherContext);
  }

  /**
   * Where a plan belongs, and what the author says of all of it: nothing in the plan can prove
   * that.
   *
   * @param etcdClusterId etcd's cluster ID in hexadecimal; nothing when the plan was made from a
   *     file
   * @param guid Calico's cluster GUID; nothing when the data have none
   * @param revision the revision at which the state was read
   * @param keys how many keys of Calico's there were; every rule was judged on all of them, before
   *     and after
   * @param leftElsewhere how many errors and warnings there are, before and after, on objects that
   *     the plan does not write
   */
  public record Cluster(
      Optional<String> etcdClusterId,
      Optional<String> guid,
      long revision,
      long keys,
      int leftElsewhere) {}

  /**
   * The part of the state on which the plan was judged, besides the before-images of its steps: on
   * that small state its command makes the same plan again ({@link Replay}).
   *
   * @param keys with their exact values
   * @param othersOf workloads of the impact that have endpoints besides the one that is here
   */
  public record Context(SortedMap<Bytes, Bytes> keys, SortedSet<String> othersOf) {
    public Context {
      keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
      othersOf = Collections.unmodifiableSortedSet(new TreeSet<>(othersOf));
    }
  }

  /** A finding, as far as a plan needs it. */
  public record FindingRef(String rule, Severity severity, List<ObjectName> objects) {
    public FindingRef {
      objects = List.copyOf(objects);
    }

    /** Whether both are one finding: same rule, severity and first object. */
    public boolean isSameAs(FindingRef other) {
      return rule.equals(other.rule)
          && severity == other.severity
          && objects.get(0).equals(other.objects.get(0));
    }
  }

  /**
   * What a plan does to the findings of the whole state.
   *
   * @param resolved there now, gone afterwards
   * @param left there now and afterwards, on objects that the plan writes
   * @param introduced not there now, there afterwards
   */
  public record Findings(
      List<FindingRef> resolved, List<FindingRef> left, List<FindingRef> introduced) {
    public Findings {
      resolved = List.copyOf(resolved);
      left = List.copyOf(left);
      introduced = List.copyOf(introduced);
    }
  }

  /**
   * Who notices.
   *
   * @param addresses how many addresses in use have another owner, pool or route afterwards
   * @param nodes the nodes concerned
   * @param workloads the workloads that use these addresses, {@code namespace/name}
   * @param singleEndpoint those of them with a single endpoint: nothing stands in for them
   * @param effects what changes for traffic, one line each
   */
  public record Impact(
      int addresses,
      SortedSet<String> nodes,
      SortedSet<String> workloads,
      SortedSet<String> singleEndpoint,
      List<String> effects) {
    public Impact {
      nodes = Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
      workloads = Collections.unmodifiableSortedSet(new TreeSet<>(workloads));
      singleEndpoint = Collections.unmodifiableSortedSet(new TreeSet<>(singleEndpoint));
      effects = List.copyOf(effects);
    }
  }

  /**
   * One etcd transaction.
   *
   * @param titles what it does, one line each
   * @param quietFirst whether the blocks that it rests on must have been quiet for a while before
   *     it may begin
   * @param requires what must hold, besides each written key being as its before-image says
   * @param writes what it writes; no key twice
   */
  public record Step(
      List<String> titles,
      boolean quietFirst,
      List<Requirement> requires,
      List<PlannedWrite> writes) {
    public Step {
      titles = List.copyOf(titles);
      requires = List.copyOf(requires);
      writes = List.copyOf(writes);
    }

    /** The same step with other writes. */
    public Step withWrites(List<PlannedWrite> others) {
      return new Step(titles, quietFirst, requires, others);
    }
  }

  /**
   * A write of a step.
   *
   * @param key the key
   * @param reason why
   * @param edits what changes, in the object's own terms
   * @param before the bytes that the key must have; nothing when it must be absent
   * @param after the bytes that it gets; nothing when it is deleted
   * @param boundAtCommit members of {@code after} whose value is set when the step is committed
   * @param createRevision when the key came into being, last time; 0 when it is absent or an
   *     earlier step creates it
   */
  public record PlannedWrite(
      Bytes key,
      String reason,
      List<Edit> edits,
      Optional<Bytes> before,
      Optional<Bytes> after,
      List<String> boundAtCommit,
      long createRevision) {
    public PlannedWrite {
      edits = List.copyOf(edits);
      boundAtCommit = List.copyOf(boundAtCommit);
    }

    /** The same write on other bytes, with what that makes of them. */
    public PlannedWrite onto(List<Edit> sameEdits, Bytes found, Optional<Bytes> then) {
      return new PlannedWrite(
          key, reason, sameEdits, Optional.of(found), then, boundAtCommit, createRevision);
    }

    /** The condition that the key is as its before-image says. */
    public Requirement asBefore() {
      return before
          .<Requirement>map(bytes -> new Requirement.KeyIs(key, bytes))
          .orElse(new Requirement.KeyAbsent(key));
    }
  }

  /**
   * The word of its command that names the file it was made from: {@code --snapshot=etcd.db};
   * nothing when it was made from a live etcd.
   */
  public Optional<String> fileOption() {
    return command.stream()
        .filter(word -> FILE_OPTIONS.stream().anyMatch(word::startsWith))
        .findFirst();
  }

  /** How many keys all steps write, a key counted once per step. */
  public int writes() {
    return steps.stream().mapToInt(step -> step.writes().size()).sum();
  }
}
