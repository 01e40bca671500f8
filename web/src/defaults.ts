/** What an application leaves to us. */

/** Some of the options. One that is `undefined` was left out too: applications pass on what they were given themselves. */
export type Some<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

export function withDefaults<Options extends object>(defaults: Options, given: Some<Options> = {}): Options {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}
