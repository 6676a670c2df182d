"""What one end of a connection answers to what the other one says, by a script."""


class Script:
    """Whichever way a request comes in pieces, the answers are the same.

    With `ends` a request goes as far as that text, and is answered by the longest `to` that it begins with. Without, each
    `to` is a request by itself; none of them begins with another one, so that it is known when one has come.
    """

    def __init__(self, ends, answers, most):
        self.ends = ends
        self.answers = sorted(answers, key=lambda one: -len(one["to"]))
        self.most = most
        self.rest = b""

    def heard(self, said):
        """Yields the answer to each request that is complete now; None for one that has none."""
        self.rest += said
        while self.rest:
            request, answer = self.first()
            if request == 0:
                break
            self.rest = self.rest[request:]
            yield answer

    def first(self):
        """How long the first request is, and its answer; 0 where it is not complete yet."""
        end = self.rest.find(self.ends) + len(self.ends) if self.ends and self.ends in self.rest else 0
        length = end if self.ends else len(self.rest)
        request = self.rest[:length]
        found = next((one for one in self.answers if length and request.startswith(one["to"])), None)
        if found:
            return length if self.ends else len(found["to"]), found
        if not self.ends and any(one["to"].startswith(self.rest) for one in self.answers):
            return 0, None
        return length or (len(self.rest) if len(self.rest) > self.most else 0), None
