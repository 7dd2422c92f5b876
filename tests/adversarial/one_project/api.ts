// Engagement payloads in TypeScript. Stateless: only the payload's own IDs cover.
type Props = Record<string, unknown>;
declare const token: string;
// A1
export const a1 = (cookie: string, mail: string) =>
  fetch(`/track/v2/projects/${token}/customers`, {
    method: "POST",
    body: JSON.stringify({
      customer_ids: { cookie },
      properties: { email: mail, city: "Brno" }, // expect: identifier-in-api-properties
    }),
  });
// A2 right: silent
export const a2 = (cookie: string, mail: string) => ({
  customer_ids: { registered: mail, cookie },
  properties: { email: mail },
});
// A3 casts and satisfies are transparent
export const a3 = (cookie: string, mail: string) => {
  const properties = { email: mail } as Props; // expect: identifier-in-api-properties
  return { customer_ids: { cookie }, properties } satisfies Props;
};
// A4 the ID is put in later: silent
export function a4(cookie: string, mail: string) {
  const body: any = { customer_ids: { cookie }, properties: { email: mail } };
  body.customer_ids.registered = mail;
  return send(body);
}
// A5 the ID is put in under a test that it is there: silent
export function a5(cookie: string, mail?: string) {
  const ids: Record<string, string> = { cookie };
  if (mail) ids.registered = mail;
  return send({ customer_ids: ids, properties: { ...(mail && { email: mail }) } });
}
// A6 conditional spreads on both sides: silent
export const a6 = (cookie: string, mail?: string) =>
  send({
    customer_ids: { cookie, ...(mail && { registered: mail }) },
    properties: { ...(mail && { email: mail }) },
  });
// A7 the ID is taken out again
export function a7(cookie: string, mail: string) {
  const ids: any = { cookie, registered: mail };
  delete ids.registered;
  return send({ customer_ids: ids, properties: { email: mail } }); // expect: identifier-in-api-properties
}
// A8 batch: each command on its own
export const a8 = (c: string, mail: string) =>
  send({
    commands: [
      { name: "customers", data: { customer_ids: { registered: mail }, properties: { email: mail } } },
      { name: "customers", data: { customer_ids: { cookie: c }, properties: { email: mail } } }, // expect: identifier-in-api-properties
    ],
  });
// A9 batch: another payload on the path ties the same soft ID to the hard ID: silent
export const a9 = (c: string, mail: string) =>
  send({
    commands: [
      { name: "customers", data: { customer_ids: { registered: mail, cookie: c }, properties: {} } },
      { name: "customers", data: { customer_ids: { cookie: c }, properties: { email: mail } } },
    ],
  });
// A10 batch by push in a loop
export function a10(people: { cookie: string; mail: string }[]) {
  const commands: unknown[] = [];
  for (const p of people) {
    commands.push({
      name: "customers",
      data: {
        customer_ids: { cookie: p.cookie },
        properties: {
          email: p.mail, // expect: identifier-in-api-properties
        },
      },
    });
  }
  return send({ commands });
}
// A11 batch by map
export const a11 = (people: { cookie: string; mail: string }[]) =>
  send({
    commands: people.map((p) => ({
      name: "customers",
      data: { customer_ids: { cookie: p.cookie }, properties: { email: p.mail } }, // expect: identifier-in-api-properties
    })),
  });
// A12 event payload, soft ID only
export const a12 = (cookie: string, mail: string) =>
  send({
    customer_ids: { cookie },
    event_type: "newsletter",
    properties: { email: mail }, // expect: identifier-only-in-event
  });
// A13 reads and false friends: silent
export const a13 = (mail: string, ids: number[]) => [
  send({ customer_ids: { cookie: "c" }, attributes: [{ type: "property", property: "email" }] }),
  send({ customer_ids: ids, properties: { email: mail } }),
  send({ recipient: { customer_ids: { cookie: "c" }, email: mail } }),
];
// A14 a client class with the ids built by a method
class Client {
  private ids(c: string) {
    return { cookie: c };
  }
  update(c: string, properties: Props) {
    return send({ customer_ids: this.ids(c), properties });
  }
}
export const a14 = (c: string, mail: string) => new Client().update(c, { email: mail }); // expect: identifier-in-api-properties
// A15 an identifier in the soft ID of a payload
export const a15 = (mail: string) =>
  send({
    customer_ids: { cookie: mail }, // expect: identifier-in-soft-id
    properties: { city: "Brno" },
  });
// A16 ids unknown: low confidence, hidden by default
export const a16 = (ids: Record<string, string>, mail: string) =>
  send({ customer_ids: ids, properties: { email: mail } });
// A17 generics, non-null and await
export async function a17(c: string, load: () => Promise<string>) {
  const mail = (await load())!;
  return send({ customer_ids: { cookie: c }, properties: { email: mail } }); // expect: identifier-in-api-properties
}
declare function send<T>(body: T): Promise<void>;
