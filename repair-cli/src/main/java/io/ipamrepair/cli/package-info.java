/**
 * The command line: commands, options, rendering. A command reads its options, calls a room of the
 * core and renders what comes back; it decides nothing.
 */
package io.ipamrepair.cli;
