package io.ipamrepair.cli;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Finding;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.show.AddressFacts;
import io.ipamrepair.show.BlockFacts;
import io.ipamrepair.show.Facts;
import io.ipamrepair.show.HandleFacts;
import io.ipamrepair.show.History;
import io.ipamrepair.show.KeyHistory;
import io.ipamrepair.show.Near;
import io.ipamrepair.show.NodeFacts;
import io.ipamrepair.show.SimilarNames;
import io.ipamrepair.show.Survey;
import io.ipamrepair.show.Trace;
import io.ipamrepair.source.LiveHistory;
import io.ipamrepair.source.SourceException;
import io.ipamrepair.source.StateSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code show}: everything about one object. */
@Command(
    name = "show",
    description = "Everything about one object: owner, users, findings, and its history in etcd.",
    subcommands = {
      ShowCommand.OfPool.class,
      ShowCommand.OfBlock.class,
      ShowCommand.OfNode.class,
      ShowCommand.OfHandle.class,
      ShowCommand.OfAddress.class
    })
final class ShowCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    throw new CommandFailure(
        ExitCode.USAGE,
        "expected an object: ipam-repair show pool NAME | block CIDR | node NAME | handle ID |"
            + " address IP");
  }

  /** One kind of object. */
  abstract static class One extends ToolCommand {
    /** How many versions of a key are read. */
    private static final int VERSIONS = 20;

    /** How many keys' histories are read: a node may have many affinities. */
    private static final int KEYS = 20;

    @Option(names = "--all", description = "Leaves nothing out of any list.")
    boolean all;

    @Mixin HtmlOption html;

    /** The object's name, whether it is there or not. */
    abstract ObjectName object();

    abstract Optional<? extends Facts> find(Survey survey);

    abstract List<ObjectName> near(Near near);

    /** The same, of names that the state has not all of. */
    List<ObjectName> near(Near near, StateSource source) throws EtcdException, SourceException {
      return near(near);
    }

    /** What must be known whole of the state. */
    abstract Focus focus(IpamState state);

    /** The key that the object would have; nothing for an address, which has none. */
    abstract Optional<Bytes> key(KeyLayout layout);

    @Override
    public ExitCode call() {
      HtmlOutput file = HtmlOutput.at(session, html);
      return session.read(
          top(),
          this::focus,
          (read, source, etcd) -> {
            Survey survey = Survey.of(read.state());
            Optional<? extends Facts> facts = find(survey);
            if (facts.isEmpty()) {
              throw notThere(read, source, etcd);
            }
            long revision = read.state().revision();
            Optional<History> history =
                etcd.isPresent()
                    ? Optional.of(
                        history(new LiveHistory(etcd.get(), VERSIONS), facts.get(), revision))
                    : Optional.empty();
            List<Finding> findings = survey.findings(facts.get());
            print(facts.get(), revision, findings, history);
            file.write(
                () -> ShowHtml.of(Page.of(facts.get()), read, findings, history, session.now()));
            return ExitCode.DONE;
          });
    }

    private static History history(LiveHistory past, Facts facts, long revision)
        throws EtcdException {
      List<Trace> traces = new ArrayList<>(facts.traces());
      List<KeyHistory> read = new ArrayList<>();
      for (Trace trace : traces) {
        read.add(
            read.size() < KEYS
                ? past.of(trace.key(), revision)
                : new KeyHistory(trace.key(), List.of(), KeyHistory.Beginning.CUT));
      }
      for (Trace trace : facts.further(read)) {
        traces.add(trace);
        read.add(past.of(trace.key(), revision));
      }
      return History.of(revision, traces, read);
    }

    private void print(
        Facts facts, long revision, List<Finding> findings, Optional<History> history) {
      Page page = Page.of(facts);
      if (json()) {
        session.terminal().raw(PrettyJson.of(ShowJson.of(page, revision, findings, history)));
      } else {
        new ShowText(session.terminal(), all).print(page, findings, history);
      }
    }

    private CommandFailure notThere(ReadState read, StateSource source, Optional<Etcd> etcd)
        throws EtcdException, SourceException {
      boolean address = object().kind().equals("address");
      List<ObjectName> near = near(new Near(read.state()), source);
      List<String> lines = new ArrayList<>();
      lines.add(
          address
              ? "No pool, block, endpoint or node knows " + ShowText.name(object()) + "."
              : "There is no " + ShowText.name(object()) + ".");
      if (!near.isEmpty()) {
        lines.add("Near: " + String.join(", ", near.stream().map(ShowText::name).toList()));
      }
      Optional<Bytes> key = key(read.state().layout());
      if (key.isPresent() && etcd.isPresent()) {
        lines.addAll(deletion(etcd.get(), key.get(), read.state().revision()));
      }
      near.stream()
          .findFirst()
          .ifPresent(first -> lines.add("Next: ipam-repair " + ShowText.command(first)));
      return new CommandFailure(ExitCode.USAGE, lines);
    }

    /** What was deleted not long ago is still in etcd. */
    private List<String> deletion(Etcd etcd, Bytes key, long revision) throws EtcdException {
      KeyHistory past = new LiveHistory(etcd, 2).of(key, revision);
      if (past.versions().size() < 2) {
        return List.of();
      }
      History history =
          History.of(
              revision, List.of(new Trace(object(), key, OptionalInt.empty())), List.of(past));
      History.Change deleted = history.changes().get(0);
      String raw = top().prefix.orElse("") + key.display();
      return List.of(
          "It was deleted at revision "
              + deleted.revision()
              + deleted.words().get(0).substring("deleted".length())
              + ".",
          "Until the next compaction etcd has its last value: "
              + Shell.words(List.of("etcdctl", "get", "--rev=" + (deleted.revision() - 1), raw)));
    }
  }

  /** {@code show pool NAME}. */
  @Command(name = "pool", description = "CIDR, settings, overlaps, blocks and how full it is.")
  static final class OfPool extends One {
    @Parameters(paramLabel = "NAME", description = "The pool's resource name; not its CIDR.")
    String name;

    @Override
    ObjectName object() {
      return ObjectName.pool(name);
    }

    @Override
    Optional<? extends Facts> find(Survey survey) {
      return survey.pool(name);
    }

    @Override
    List<ObjectName> near(Near near) {
      return near.pool(name);
    }

    @Override
    Focus focus(IpamState state) {
      return Focus.NOTHING;
    }

    @Override
    Optional<Bytes> key(KeyLayout layout) {
      return Optional.of(layout.poolKey(name));
    }
  }

  /** {@code show block CIDR}. */
  @Command(name = "block", description = "Owner, affinities, pools, and every ordinal of it.")
  static final class OfBlock extends One {
    @Parameters(
        paramLabel = "CIDR",
        converter = CidrArgument.class,
        description = "The block's CIDR, without host bits.")
    Cidr cidr;

    @Override
    ObjectName object() {
      return ObjectName.block(cidr);
    }

    @Override
    Optional<? extends Facts> find(Survey survey) {
      return survey.block(cidr);
    }

    @Override
    List<ObjectName> near(Near near) {
      return near.block(cidr);
    }

    @Override
    Focus focus(IpamState state) {
      return BlockFacts.focus(cidr);
    }

    @Override
    Optional<Bytes> key(KeyLayout layout) {
      return Optional.of(layout.key(cidr));
    }
  }

  /** {@code show node NAME}. */
  @Command(name = "node", description = "Blocks, affinities, tunnels, and borrowed addresses.")
  static final class OfNode extends One {
    @Parameters(paramLabel = "NAME", description = "The node's name.")
    String name;

    @Override
    ObjectName object() {
      return ObjectName.node(name);
    }

    @Override
    Optional<? extends Facts> find(Survey survey) {
      return survey.node(name);
    }

    @Override
    List<ObjectName> near(Near near) {
      return near.node(name);
    }

    @Override
    Focus focus(IpamState state) {
      return NodeFacts.focus(state, name);
    }

    @Override
    Optional<Bytes> key(KeyLayout layout) {
      return Optional.of(layout.nodeKey(name));
    }
  }

  /** {@code show handle ID}. */
  @Command(name = "handle", description = "Its counts beside the real numbers, and its addresses.")
  static final class OfHandle extends One {
    @Parameters(paramLabel = "ID", description = "The handle's ID.")
    String id;

    @Override
    ObjectName object() {
      return ObjectName.handle(id);
    }

    @Override
    Optional<? extends Facts> find(Survey survey) {
      return survey.handle(id);
    }

    @Override
    List<ObjectName> near(Near near) {
      return near.handle(id);
    }

    /** Healthy handles are not in the state: their names are read, and let go again. */
    @Override
    List<ObjectName> near(Near near, StateSource source) throws EtcdException, SourceException {
      KeyLayout layout = new KeyLayout();
      SimilarNames similar =
          source
              .forEachIn(
                  List.of(layout.handles()),
                  () -> new SimilarNames(id),
                  (names, read) -> {
                    if (layout.classify(read.key()) instanceof CalicoKey.HandleKey handle) {
                      names.add(handle.id());
                    }
                  })
              .value();
      return similar.best().stream().map(ObjectName::handle).toList();
    }

    @Override
    Focus focus(IpamState state) {
      return HandleFacts.focus(id);
    }

    @Override
    Optional<Bytes> key(KeyLayout layout) {
      return Optional.of(layout.handleKey(id));
    }
  }

  /** {@code show address IP}. */
  @Command(name = "address", description = "Block, pool, holder, users, and conflicts.")
  static final class OfAddress extends One {
    @Parameters(
        paramLabel = "IP",
        converter = AddressArgument.class,
        description = "The address, without a prefix length.")
    IpAddress address;

    @Override
    ObjectName object() {
      return ObjectName.address(address);
    }

    @Override
    Optional<? extends Facts> find(Survey survey) {
      return survey.address(address);
    }

    @Override
    List<ObjectName> near(Near near) {
      return near.address(address);
    }

    @Override
    Focus focus(IpamState state) {
      return AddressFacts.focus(state, address);
    }

    @Override
    Optional<Bytes> key(KeyLayout layout) {
      return Optional.empty();
    }
  }

  /** Reads an address, strictly. */
  static final class AddressArgument implements ITypeConverter<IpAddress> {
    @Override
    public IpAddress convert(String text) {
      return IpAddress.read(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "expected an address such as 10.64.64.5, found '"
                          + text
                          + "'"
                          + (text.indexOf('/') < 0 ? "" : "; for a CIDR there is show block")));
    }
  }
}
