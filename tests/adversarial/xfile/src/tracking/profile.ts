import { sdk } from "../sdk";

export function saveProfile(props: Record<string, unknown>) {
  sdk().update(props);
}
export function markNewsletter(mail: string) {
  sdk().track("newsletter", { email: mail }); // expect: identifier-only-in-event
}
