/** Characters of a description: it is printed whole, wherever what it describes is listed. */
export const mostDescribed = 1_000;
