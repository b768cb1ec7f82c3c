/**
 * Which etcd to talk to, and as whom: out of flags, variables and files, with the source of each
 * value (docs/configuration.md).
 */
package io.ipamrepair.cli.config;
