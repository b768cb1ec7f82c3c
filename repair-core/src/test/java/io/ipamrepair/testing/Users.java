package io.ipamrepair.testing;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.Permission;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.ipamrepair.kv.Bytes;
import java.net.URI;

/** The users of an etcd: {@code root} with the password {@code root}, and whom a test adds. */
public final class Users implements AutoCloseable {
  private final ManagedChannel channel;
  private final AuthGrpc.AuthBlockingStub anonymous;

  public Users(URI endpoint) {
    channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .build();
    anonymous = AuthGrpc.newBlockingStub(channel);
  }

  /**
   * Before {@link #enable}: a user with a role of its own, who may read and write below a prefix.
   */
  public void add(String user, String password, String prefix) {
    add(user, password);
    allow(user, prefix, true);
  }

  /** Before {@link #enable}: a user with a role of its own, who may do nothing yet. */
  public void add(String user, String password) {
    anonymous.userAdd(AuthUserAddRequest.newBuilder().setName(user).setPassword(password).build());
    anonymous.roleAdd(AuthRoleAddRequest.newBuilder().setName(user).build());
    anonymous.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(user).build());
  }

  /** Lets a user read below a prefix, and write there too where {@code writes}. */
  public void allow(String user, String prefix, boolean writes) {
    Bytes end = Bytes.utf8(prefix).endOfPrefix().orElseThrow();
    anonymous.roleGrantPermission(
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName(user)
            .setPerm(
                Permission.newBuilder()
                    .setPermType(writes ? Permission.Type.READWRITE : Permission.Type.READ)
                    .setKey(ByteString.copyFromUtf8(prefix))
                    .setRangeEnd(ByteString.copyFrom(end.toArray())))
            .build());
  }

  /** From here on everybody needs a user. */
  public void enable() {
    anonymous.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("root").build());
    anonymous.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
    anonymous.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
    anonymous.authEnable(AuthEnableRequest.getDefaultInstance());
  }

  /** Sets a user's password, which makes every token of that user invalid. */
  public void changePassword(String user, String password) {
    Metadata token = new Metadata();
    token.put(
        Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER),
        anonymous
            .authenticate(
                AuthenticateRequest.newBuilder().setName("root").setPassword("root").build())
            .getToken());
    anonymous
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(token))
        .userChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password).build());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
