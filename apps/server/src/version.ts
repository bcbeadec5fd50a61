/** As in package.json; shown in the API's description and the log. */
export const version = '0.1.0';
