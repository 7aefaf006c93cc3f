/** Connects, and connects again after a delay when the connection ends. */
function connect(url, handlers) {
  const waiting = new Map();
  let socket;
  let nextId = 1;
  let delay = 1000;

  function open() {
    socket = new SockJS(url);
    socket.onopen = () => {
      delay = 1000;
      handlers.connect?.();
    };
    socket.onmessage = ({ data }) => {
      const { event, args, id, result } = JSON.parse(data);
      if (event !== undefined) return handlers[event]?.(...args);
      waiting.get(id)?.(result);
      waiting.delete(id);
    };
    socket.onclose = () => {
      waiting.clear();
      handlers.disconnect?.();
      setTimeout(open, delay * (0.5 + Math.random()));
      delay = Math.min(delay * 2, 30_000);
    };
  }

  open();
  return {
    emit(event, ...args) {
      const acknowledge = typeof args.at(-1) === "function" ? args.pop() : undefined;
      const id = acknowledge && nextId++;
      if (acknowledge) waiting.set(id, acknowledge);
      socket.send(JSON.stringify({ event, args, id }));
    },
  };
}
