import React, { useCallback, useState } from "react";

// an ambient declaration is the global, not a shadow
declare const exponea: any;

// H1 a hook that hands out the wrapper
function useProfile() {
  const save = useCallback((p: Record<string, unknown>) => {
    exponea.update(p);
  }, []);
  return { save };
}

export function SignUp() {
  const [mail, setMail] = useState("");
  const { save } = useProfile();
  const onSubmit = (e: React.FormEvent) => {
    e.preventDefault();
    save({ email: mail }); // expect: identifier-in-update
  };
  return (
    <form onSubmit={onSubmit}>
      <input value={mail} onChange={(e) => setMail(e.target.value)} />
    </form>
  );
}

// H2 both in one handler: silent
export function Login() {
  const [mail, setMail] = useState("");
  return (
    <button
      onClick={() => {
        exponea.identify({ registered: mail.toLowerCase() });
        exponea.update({ email: mail });
      }}
    >
      {setMail.name}
    </button>
  );
}

// H3 (window as any)
export const H3 = ({ mail }: { mail: string }) => (
  <a onClick={() => (window as any).exponea.update({ email: mail })}>save</a> // expect: identifier-in-update
);
