import { sdk } from "../sdk";

export function login(mail: string) {
  sdk().identify({ registered: mail.toLowerCase() });
}
