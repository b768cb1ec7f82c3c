package io.ipamrepair.etcd;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Makes gRPC channels, all on one event loop of our own: ending that loop at exit is what spares
 * the 300 ms that the JVM otherwise waits for gRPC's shared, idle one (reference, etcd section 1).
 */
final class Channels implements AutoCloseable {
  /** The largest answer accepted, in bytes. A page aims at a quarter of it ({@link PagedRead}). */
  static final int LARGEST_ANSWER = 32 << 20;

  /** How long {@link #close()} waits at most. The loop usually ends within a few milliseconds. */
  private static final long CLOSING_MILLIS = 250;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("etcd", true), NioIoHandler.newFactory());

  private final Optional<SslContext> tls;

  /**
   * @param tls present exactly when the endpoints are https
   */
  Channels(Optional<SslContext> tls) {
    this.tls = tls;
  }

  /** A channel that connects at its first call, and sends each call at most once. */
  ManagedChannel open(Endpoint endpoint) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            // gRPC would send again what it thinks was not processed; whether to is for us to
            // decide.
            .disableRetry()
            // No DNS lookup of TXT records, which could bring a retry policy.
            .disableServiceConfigLookUp()
            // etcd is asked directly, whatever proxy the JVM has been told of for web pages.
            .proxyDetector(target -> null)
            .maxInboundMessageSize(LARGEST_ANSWER);
    if (endpoint.tls()) {
      builder.sslContext(
          tls.orElseThrow(() -> new IllegalStateException("https without a TLS context")));
    } else {
      builder.usePlaintext();
    }
    return builder.build();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSING_MILLIS, TimeUnit.MILLISECONDS);
  }
}
