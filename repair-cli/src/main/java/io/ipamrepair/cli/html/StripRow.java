package io.ipamrepair.cli.html;

import java.util.List;

/**
 * A row of squares, the one state and the other beside each other; or what stands for rows in which
 * there is nothing to see.
 *
 * @param label the row's first block
 * @param before the squares of the one state
 * @param after those of the other; none where only one is drawn
 * @param folded what is not drawn, in words; empty where the squares are
 */
record StripRow(String label, List<Cell> before, List<Cell> after, String folded) {}
