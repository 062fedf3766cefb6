/** The path of the console at the origin that serves it. */
export const consolePath = "/console/";
