/** What is known of all lines of a pattern at once. The numbers make AND a minimum, OR a maximum and NOT `2 - x`. */
export const NO = 0;
export const MAYBE = 1;
export const YES = 2;
export type Tri = typeof NO | typeof MAYBE | typeof YES;
