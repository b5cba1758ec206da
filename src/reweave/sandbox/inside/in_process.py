def run(body, channel): raise NotImplementedError
