exports.Session = class Session {};
